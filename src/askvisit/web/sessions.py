"""What Gradio keeps for each open page and each API call."""

from __future__ import annotations

from gradio.state_holder import SessionState, StateHolder

MOST = 200
"""Maximum sessions kept; a conversation of 25 questions takes a sixth of a megabyte."""


class Session(SessionState):  # type: ignore[misc]
    """A session without Gradio's copy of what the page shows, which is for Gradio's own links."""

    def _update_value_in_config(self, key: int, value: object) -> None:
        pass


class Sessions(StateHolder):  # type: ignore[misc]
    """When full, evicts a session without a conversation first, then the least recently used.

    An API call is a session too, which nobody comes back to: under Gradio's own rule these would
    push out the conversations of open pages.
    """

    def __getitem__(self, session_id: str) -> SessionState:
        """Return a session, a new one if there is none."""
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        return super().__getitem__(session_id)

    def update(self, session_id: str) -> None:
        """Mark a session as used now, and evict others if there are too many."""
        with self.lock:
            if session_id in self.session_data:
                self.session_data.move_to_end(session_id)
            while len(self.session_data) > self.capacity:
                others = [each for each in self.session_data if each != session_id]
                empty = (each for each in others if not any(self._kept(each)))
                gone = next(empty, others[0])
                del self.session_data[gone]
                self.time_last_used.pop(gone, None)

    def _kept(self, session_id: str) -> list[object]:
        return list(self.session_data[session_id].state_data.values())
