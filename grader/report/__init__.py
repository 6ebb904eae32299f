"""Reports on a class run: read from the ledger, gathered once, written in many formats. Nothing here decides a mark.

run -> gather -> ClassReport -> page (HTML) | tables (CSV) | documents (JSON) | canvas, moodle, gradescope, junit, markdown
run -> student_view -> feedback
"""
