"""The states of a change set: every pair of state and step, allowed or refused."""

import pytest

from gis_core.change_states import UNREVIEWED, State, Step, WrongState, after, possible

EDITABLE = {State.DRAFT, State.RETURNED}
FROM = {
    Step.EDIT: EDITABLE,
    Step.SUBMIT: EDITABLE,
    Step.WITHDRAW: {State.SUBMITTED},
    Step.SEND_BACK: {State.SUBMITTED, State.APPROVED},
    Step.APPROVE: {State.SUBMITTED},
    Step.PUBLISH: {State.APPROVED, *UNREVIEWED},
    Step.DISCARD: EDITABLE,
}
ENDS = {
    Step.SUBMIT: State.SUBMITTED,
    Step.WITHDRAW: State.DRAFT,
    Step.SEND_BACK: State.RETURNED,
    Step.APPROVE: State.APPROVED,
    Step.PUBLISH: State.PUBLISHED,
    Step.DISCARD: State.DISCARDED,
}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", State)
def test_every_step_from_every_state(state: State, step: Step):
    assert possible(state, step) == (state in FROM[step])
    if state in FROM[step]:
        assert after(state, step) == ENDS.get(step, state)
    else:
        with pytest.raises(WrongState):
            after(state.value, step)


def test_what_is_on_the_map_or_discarded_stays_as_it_is():
    for state in (State.PUBLISHED, State.SUPERSEDED, State.DISCARDED):
        assert not any(possible(state, step) for step in Step)
