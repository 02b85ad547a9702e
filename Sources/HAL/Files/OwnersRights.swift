internal import CLinux

/// How root works in a directory that belongs to a lesser user.
public enum OwnersRights {
    /// Acts with the rights of the directory's owner until `giveBack`.
    ///
    /// Below such a directory every path may lead anywhere by the time root follows it; with its
    /// owner's rights it leads nowhere that the owner could not go. A process that is not root
    /// keeps the rights it has; so does root where the directory is root's, or not there yet.
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
