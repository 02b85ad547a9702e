internal import CLinux

extension FileStore {
    /// Gives a file or directory the owner and group of another one.
    ///
    /// Root does this with files it writes for the daemon, which could not read them otherwise. A
    /// symbolic link itself gets the owner, not its target.
    public static func giveOwner(of model: String, to path: String) throws(SystemError) {
        let wanted = try look(at: model, followsLinks: true)
        let found = try look(at: path, followsLinks: false)
        if wanted.owner == found.owner && wanted.group == found.group { return }
        _ = try SystemError.check(
            unsafe clinux_file_set_owner(path, wanted.owner, wanted.group),
            "give \(path) to user \(wanted.owner)")
    }

    static func look(
        at path: String, followsLinks: Bool
    ) throws(SystemError) -> clinux_file_status {
        var found = clinux_file_status()
        _ = try SystemError.check(
            unsafe clinux_file_status(path, followsLinks ? 1 : 0, &found), "look at \(path)")
        return found
    }

    /// Makes a directory with the owner of `model`; an existing directory gets this owner.
    ///
    /// It appears with this owner: even a power failure does not leave it with another one.
    public static func makeDirectory(
        _ path: String, mode: UInt32, ownerOf model: String
    ) throws(SystemError) {
        guard try status(of: path) == nil else { return try giveOwner(of: model, to: path) }
        let draft = "\(path).new"
        // A directory left over from a crash may have any mode.
        _ = unsafe clinux_directory_remove(draft)
        try makeDirectory(draft, mode: mode)
        try giveOwner(of: model, to: draft)
        _ = try SystemError.check(
            unsafe clinux_file_rename(draft, path), "rename \(draft) to \(path)")
        _ = unsafe clinux_directory_sync(folder(of: path))
    }
}
