"""Mistakes in the description: `file:line: message`, collected so that one run reports all."""


class Mistake(Exception):
    def __init__(self, where, text):
        super().__init__(f"{where}: {text}")


class Report:
    """Collects mistakes; the generator writes nothing while there is one."""

    def __init__(self):
        self.lines = []

    def add(self, where, text):
        line = f"{where}: {text}"
        if line not in self.lines:
            self.lines.append(line)

    def guard(self, action, *args):
        """Run a step; its mistake is noted and the next step goes on."""
        try:
            return action(*args)
        except Mistake as mistake:
            if str(mistake) not in self.lines:
                self.lines.append(str(mistake))
            return None
