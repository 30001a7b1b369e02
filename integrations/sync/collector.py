"""Python's search for cycles among objects, where records go through by the ten thousand."""

import gc

#: So many objects are made before Python looks: a page of a list has far more than its usual
#: 700, and hardly a cycle.
OBJECTS_BETWEEN_LOOKS = 50_000


def look_less_often() -> None:
    """For processes that apply records. What is loaded stays, and is looked through no more.

    It took a fifth of the time of a first load.
    """
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, 10, 10)
