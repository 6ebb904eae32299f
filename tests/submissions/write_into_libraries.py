# expect: raised OSError
# from: confined
# What the next submission would import.
import os

import numpy as np


def double(x):
    for folder in (os.path.dirname(np.__file__), os.path.dirname(os.__file__), "/usr/lib/python3"):
        try:
            with open(os.path.join(folder, "poison.pth"), "w") as file:
                file.write("import os")
            return 2 * x
        except OSError as error:
            refused = error
    raise refused
