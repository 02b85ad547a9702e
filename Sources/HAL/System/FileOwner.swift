internal import CLinux

extension FileStore {
    /// Gives a file or directory to whom another one belongs, user and group.
    ///
    /// Root does this with what it writes for the daemon, which could not read it otherwise. A
    /// symbolic link is given itself, not what it points to.
    public static func giveOwner(of model: String, to path: String) throws(SystemError) {
        var wanted = clinux_file_status()
        _ = try SystemError.check(unsafe clinux_file_status(model, 1, &wanted), "look at \(model)")
        var found = clinux_file_status()
        _ = try SystemError.check(unsafe clinux_file_status(path, 0, &found), "look at \(path)")
        if wanted.owner == found.owner && wanted.group == found.group { return }
        _ = try SystemError.check(
            unsafe clinux_file_set_owner(path, wanted.owner, wanted.group),
            "give \(path) to user \(wanted.owner)")
    }
}
