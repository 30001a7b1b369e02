"""Record ids."""

import pytest

from integrations.sandbox.salesforce.ids import ORG_ID, long_id, numbered


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001A0000006Vm9u", "001A0000006Vm9uIAC"),
        ("0015f00002JUXA8", "0015f00002JUXA8AAP"),
        ("005ZM000000M6o1", "005ZM000000M6o1YAC"),
    ],
)
def test_fifteen_characters_become_eighteen_that_need_no_case(short, long):
    assert long_id(short) == long
    assert long_id(long) == long
    assert long_id(long.lower()) == long


@pytest.mark.parametrize("given", ["", "001", "001A0000006Vm9uBAA", "001A0000006Vm9uI!C", None, 5])
def test_what_is_no_id_is_none(given):
    assert long_id(given) is None


def test_ids_of_the_sandbox_are_sound_and_some_differ_in_case_alone():
    ids = [numbered("a0X", number) for number in range(60)]

    assert all(long_id(each) == each for each in [ORG_ID, *ids])
    assert len({each[:15].lower() for each in ids}) < len(ids)
    assert len({each.lower() for each in ids}) == len(ids)
