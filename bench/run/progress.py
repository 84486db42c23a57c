"""What a run tells while it works. The command line draws it; this one keeps silent."""

from bench.results import CaseResult


class Progress:
    """Does nothing; a subclass shows something."""

    def started(self, folder: str, groups: dict[str, str], jobs: int, timing_s: float) -> None:
        """The run begins.

        :param groups: case identifier -> its group
        :param jobs: cases side by side
        :param timing_s: about how long their timing takes, once they have ended
        """

    def stage(self, case: str, name: str) -> None:
        """A case begins a stage."""

    def advanced(self, case: str, share: float) -> None:
        """A case has done this share of its stage."""

    def finished(self, case: CaseResult) -> None:
        """A case has ended; it will be timed if it passed."""

    def interrupted(self, advice: str) -> None:
        """The user has stopped the run."""

    def warned(self, text: str) -> None:
        """Something is not as it should be, and the run goes on without it."""

    def timing_parts(self, case: str, done: int, total: int) -> None:
        """Before any case trains, `done` of `total` processes have ended that time parts of a case's model."""

    def waiting_for_host(self) -> None:
        """Another run is measuring on this host; this one waits for it."""

    def measuring(self, case: str, done: int, total: int) -> None:
        """`done` of `total` timing processes have ended; the next times `case`."""

    def remeasuring(self, contest: str, ended: int, total: int) -> None:
        """`ended` of `total` contests between two runs are over; the next process times this one."""
