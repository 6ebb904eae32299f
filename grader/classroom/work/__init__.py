"""Does the grading: chunks of submissions, given to warm processes by one of three executors.

    with LocalPool(jobs=2) as executor:
        future = executor.submit(grade_chunk, chunk)      # a concurrent.futures.Future

`DaskPool` is used alike. Chunks and results are plain data, so they go through pipes, files and networks.
"""
