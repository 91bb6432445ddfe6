from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.records.machine_info import differences

FACTS = st.dictionaries(
    st.sampled_from(["node", "system", "machine", "usable_cpus", "ray_num_cpus", "image_source", "python_version"]),
    st.sampled_from(["a", "b"]),
)


@given(FACTS, FACTS)
def test_runs_differ_where_a_fact_does(now: dict[str, str], then: dict[str, str]) -> None:
    found = differences(now, then)
    assert len(found) == sum(now.get(key) != then.get(key) for key in {*now, *then})
    assert len(differences(then, now)) == len(found)
    assert differences(now, now) == []
