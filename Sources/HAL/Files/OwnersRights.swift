internal import CLinux

/// Lets root work safely in a directory that belongs to another user.
public enum OwnersRights {
    /// Acts with the rights of the directory's owner until `giveBack`.
    ///
    /// In such a directory the owner can redirect every path before root follows it; with the
    /// owner's rights, a path leads only where the owner may go. A process that is not root keeps
    /// its rights; so does root in a directory that is root's, or does not exist.
    public static func take(of path: String) throws(SystemError) {
        guard Environment.userID == 0, try FileStore.status(of: path) != nil else { return }
        let itself = try FileStore.look(at: path, followsLinks: false)
        guard itself.is_link == 0 || itself.owner == 0 else {
            throw SystemError(
                operation: "follow \(path)", errno: ELOOP,
                advice: "it is a symbolic link of user \(itself.owner), not of root")
        }
        let directory = try FileStore.look(at: path, followsLinks: true)
        guard directory.owner != 0 else { return }
        _ = try SystemError.check(
            clinux_act_as(directory.owner, directory.group), "act as user \(directory.owner)")
    }

    /// Acts with the process's own rights again.
    public static func giveBack() throws(SystemError) {
        _ = try SystemError.check(clinux_act_as_itself(), "act as root again")
    }
}
