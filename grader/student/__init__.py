"""What a student does with a course besides grading: watch it, update it, reset a function, hand it in.

    originals   the untouched stubs, kept as the base of updates and resets
    blocks      a file as functions and what stands between them, merge: three such files into one
    release     the files of a newer release: of the installed package, a folder or a wheel; version: which one this is
    update      plans and makes an update; reset: brings stubs back; files: writes as a whole, with backups
    submit      packs what was asked for into one archive with a manifest, and reads it back
    watch       notices saved files, and which functions have to be graded again
    hints       the hints of an exercise, kept as text
    editor      the command line that opens an editor at a line

Nothing here prints, and nothing here asks.
"""
