"""What a daemon takes of its machine, and whether it grows."""

from stage import process

GROWTH_KB = 512
"""What private memory may vary by: an allocator keeps what it was once given. A million datagrams
that a peer seals cost about 100 kB of heap, nearly all within the first 100,000."""


class Size:
    """What a daemon takes of its machine."""

    def __init__(self, pid):
        # Not the private dirty memory: a simulated sound card's file counts as that, by the
        # megabyte, while nobody else has it open.
        self.memory = process.memory(pid)["anonymous"]
        self.descriptors = process.descriptors(pid)
        self.threads = process.threads(pid)

    def growth(self, other):
        """Complaints about what `other`, later, has more of."""
        found = []
        if None not in (self.memory, other.memory) and other.memory > self.memory + GROWTH_KB:
            found.append(f"private memory grew from {self.memory} to {other.memory} kB")
        if None not in (self.descriptors, other.descriptors) \
                and other.descriptors > self.descriptors:
            found.append(f"descriptors grew from {self.descriptors} to {other.descriptors}")
        if other.threads > self.threads:
            found.append(f"threads grew from {self.threads} to {other.threads}")
        return found

    def __str__(self):
        memory = "?" if self.memory is None else self.memory
        return f"{memory} kB private, {self.descriptors} descriptors, {self.threads} threads"
