from itertools import product

from grader.report.suppress import FEWEST, about, shown, small, suppressed


def test_counts_of_one_to_four_are_hidden() -> None:
    assert suppressed([0, 3, 2, 40]) == [0, None, None, 40]


def test_a_single_hidden_count_does_not_follow_from_the_total() -> None:
    assert suppressed([3, 20, 30]) == [None, None, 30]


def test_two_small_counts_that_would_follow_from_their_sum_take_a_third_along() -> None:
    assert suppressed([1, 1, 20, 30]) == [None, None, None, 30]


def test_what_is_hidden_is_always_two_cells_or_all_there_is() -> None:
    for counts in product(range(0, 12, 2), repeat=4):
        made = suppressed(counts)
        hidden = [count for count, show in zip(counts, made) if show is None]
        assert all(show is None or show == 0 or show >= FEWEST for show in made)
        if hidden:
            others = [show for show in made if show]
            assert not others or (len(hidden) >= 2 and sum(hidden) >= FEWEST)


def test_what_is_hidden_says_so() -> None:
    assert (shown(None), shown(7)) == ("hidden", "7")


def test_about_is_true_and_never_tells_one_to_four_students_apart() -> None:
    for whole, part in ((whole, part) for whole in range(5, 40) for part in range(whole + 1)):
        said = about(part, whole)
        if said.isdigit():
            assert int(said) == part and not small(part, whole)
        elif said.startswith("over "):
            assert part > int(said[5:]) == whole - FEWEST
        else:
            assert said == "fewer than 5" and part < FEWEST
