internal import CLinux

extension FileStore {
    /// Gives a file or directory to whom another one belongs, user and group.
    ///
    /// Root does this with what it writes for the daemon, which could not read it otherwise. A
    /// symbolic link is given itself, not what it points to.
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

    /// Makes a directory of the owner of `model`; one that is there already is given to him.
    ///
    /// It appears as his: also when the power fails it is not left as another's.
    public static func makeDirectory(
        _ path: String, mode: UInt32, ownerOf model: String
    ) throws(SystemError) {
        guard try status(of: path) == nil else { return try giveOwner(of: model, to: path) }
        let draft = "\(path).new"
        // Left over from a crash it would have whatever mode it got as far as.
        _ = unsafe clinux_directory_remove(draft)
        try makeDirectory(draft, mode: mode)
        try giveOwner(of: model, to: draft)
        _ = try SystemError.check(
            unsafe clinux_file_rename(draft, path), "rename \(draft) to \(path)")
        _ = unsafe clinux_directory_sync(folder(of: path))
    }
}
