internal import Backup
internal import HAL

/// The files of a backup on their way into the folders of a station.
struct RestoredFiles: ~Copyable {
    let content: BackupContent

    /// Writes one file, or removes it where the backup has none.
    borrowing func write(
        _ place: BackupPlace, as name: String, in folder: borrowing OwnersDirectory, mode: UInt32
    ) throws(SystemError) {
        guard let entry = content.entry(of: place) else { return try folder.remove(name) }
        try folder.write(content.bytes(of: entry), to: name, mode: mode)
    }

    /// Writes all files of one kind.
    borrowing func write(
        in folder: borrowing OwnersDirectory, mode: UInt32, _ place: (String) -> BackupPlace
    ) throws(SystemError) {
        for entry in content.entries where entry.place == place(entry.place.name) {
            try folder.write(content.bytes(of: entry), to: entry.place.name, mode: mode)
        }
    }

    /// Removes files of a suffix that the backup does not have.
    borrowing func remove(
        in folder: borrowing OwnersDirectory, suffix: String, _ place: (String) -> BackupPlace
    ) throws(SystemError) {
        for name in try folder.names(suffix: suffix) where content.entry(of: place(name)) == nil {
            try folder.remove(name)
        }
    }
}
