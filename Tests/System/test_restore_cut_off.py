"""The power fails while `restore` writes: it is done again, and is whole then."""

import os
import shutil
import subprocess
import unittest

import hostile
from lab import place
from stage import syscalls
from test_backup import PASSPHRASE, BackupTest, ctl, tree

CHANGES = "unlinkat,renameat,renameat2"
"""The system calls by which a file comes, goes or is another."""


class CutOff(BackupTest):
    @unittest.skipUnless(syscalls.can_count(), "strace is not installed")
    def test_one_that_was_cut_off_is_done_again(self):
        world = self.home()
        path = self.kept(world.root, self.backup(world.etc))
        hostile.write(f"{world.state}/peers.d/other.conf",
                      f"[peer other]\nkey = {hostile.THIRD}\npsk = file:other.psk\n")
        hostile.write(f"{world.state}/keys/other.psk", "11" * 32 + "\n")
        before = f"{world.root}/before"
        subprocess.run(["cp", "-a", world.state, before], check=True)
        self.assertEqual(ctl(world.etc, "restore", "--force", path)[0], 0)
        whole = self.contents(world)
        cuts = 0
        while True:
            cuts += 1
            shutil.rmtree(world.state)
            subprocess.run(["cp", "-a", before, world.state], check=True)
            done = subprocess.run(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CHANGES}",
                 "-e", f"inject={CHANGES}:signal=KILL:when={cuts}",
                 place.program("intercomctl"), "--config", world.etc, "restore", "--force", path],
                input=f"{PASSPHRASE}\n".encode(), capture_output=True, timeout=place.PATIENCE,
                check=False)
            if done.returncode == 0:
                break
            # The peers that are there have their secrets, and it is the old or the new station.
            code, said, complaint = ctl(world.etc, "config", "check")
            self.assertEqual(code, 0, f"cut {cuts}: {said} {complaint}")
            self.assertEqual(ctl(world.etc, "restore", "--force", path)[0], 0)
            self.assertEqual(self.contents(world), whole)
        self.assertGreater(cuts, 10)

    def contents(self, world):
        return {path: found for path, found in tree(world.etc, world.state).items()
                if os.path.isfile(path)}


if __name__ == "__main__":
    unittest.main()
