"""What a notebook's cells hold of an exercise: the source of its functions. Nothing of a notebook is run or compiled here."""
