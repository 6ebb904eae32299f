"""Finds the course, pairs the exercises with their solutions, and says what a word on the command line names.

    find_course()            the folder, its name and settings, and its exercises (no solution is read)
    resolve(course, word)    the exercise, and the function if one is named, that a word means
    index(course, cache)     titles, needs and functions of all exercises, from a cache while files are unchanged
    load_solution(path)      a solution file as a module

What is wrong is a CatalogError, which says what to do.
"""

from grader.catalog.course import (
    PLANS,
    AmbiguousName,
    CatalogError,
    Course,
    CourseFault,
    ExerciseFiles,
    MissingFile,
    NoCourse,
    SolutionsNeeded,
    UnknownName,
    find_course,
    sealed_path,
)
from grader.catalog.index import ExerciseInfo, FunctionInfo, describe, index, info_of, shipped_index
from grader.catalog.names import Target, choose_functions, function_at, resolve, top_level_functions
from grader.catalog.solutions import load_solution

__all__ = [
    "PLANS",
    "AmbiguousName",
    "CatalogError",
    "Course",
    "CourseFault",
    "ExerciseFiles",
    "ExerciseInfo",
    "FunctionInfo",
    "MissingFile",
    "NoCourse",
    "SolutionsNeeded",
    "Target",
    "UnknownName",
    "choose_functions",
    "describe",
    "find_course",
    "function_at",
    "index",
    "info_of",
    "load_solution",
    "resolve",
    "sealed_path",
    "shipped_index",
    "top_level_functions",
]
