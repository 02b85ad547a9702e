internal import Config
internal import HAL
internal import Report
internal import Wire

/// Writes the files of recordings, on the thread of files because a disk may be slow.
///
/// Nothing but sealed bytes comes here.
struct RecordingFiles: Sendable {
    /// Appends bytes to the file of this name, or makes it.
    struct Job: Sendable {
        var name: String
        let bytes: [UInt8]
        var isFirst: Bool
        let record: Config.Record
    }

    private static let suffix = ".icrec"
    /// The most files of a record: a directory can be listed, however short the talks are.
    private static let filesMax = 2_000
    /// Members of the daemon's group may read them; only the owner of a key can open them.
    private static let (folderMode, fileMode): (UInt32, UInt32) = (0o750, 0o640)

    let folder: String
    /// The free space that recordings leave on a disk, in bytes: messages and history need some.
    var diskReserve: UInt64 = 64 << 20

    static func name(of record: Config.Record, _ id: CallID) -> String {
        "\(record.name)-\(id.text)\(suffix)"
    }

    /// The room that a file gets when it begins.
    private static func room(of record: Config.Record) -> Int { record.keep * 1_000_000 / 4 }

    /// The bytes of a file after which another one begins, before its last chunks exceed its room.
    static func sizeMax(of record: Config.Record) -> Int { record.keep * 1_000_000 / 5 }

    /// Returns the name of the file, which is later than those of all others of the record.
    func perform(_ job: Job) -> Result<String, Fault> {
        do throws(SystemError) {
            return try write(job)
        } catch { return fault(of: job, error.finding, fix: error.fix) }
    }

    private func write(_ job: Job) throws(SystemError) -> Result<String, Fault> {
        try FileStore.makeDirectory(folder, mode: Self.folderMode)
        let name = job.isFirst ? try makeRoom(for: job) : job.name
        guard try hasRoom(for: job) else {
            return fault(of: job, "the disk of \(folder) is full", fix: "make room on it")
        }
        let path = "\(folder)/\(name)"
        guard !job.isFirst else {
            try FileStore.make(job.bytes.span, at: path, mode: Self.fileMode)
            return .success(name)
        }
        var file = try AppendFile(path, mode: Self.fileMode, hasLines: false)
        guard file.size > 0 else {
            try FileStore.remove(path)
            return fault(
                of: job, "another program has removed its file", fix: "see which one does")
        }
        try file.append(job.bytes)
        try file.sync()
        return .success(name)
    }

    private func fault(of job: Job, _ text: String, fix: String?) -> Result<String, Fault> {
        .failure(Fault(of: job.record, text, fix: fix))
    }

    private func hasRoom(for job: Job) throws(SystemError) -> Bool {
        try DiskSpace(at: folder).freeBytes > UInt64(job.bytes.count) + diskReserve
    }

    /// Removes the oldest files of a record until another one finds room.
    ///
    /// - Returns: The name of the new file: after all others, even where the clock is not set.
    private func makeRoom(for job: Job) throws(SystemError) -> String {
        var files: [(id: CallID, path: String, size: Int)] = []
        for name in try FileStore.names(in: folder, suffix: Self.suffix) {
            let id = CallID(String(name.dropLast(Self.suffix.utf8.count).suffix(36)))
            guard let id, Self.name(of: job.record, id) == name,
                let size = try FileStore.status(of: "\(folder)/\(name)")?.size
            else { continue }
            files.append((id, "\(folder)/\(name)", size))
        }
        let newest = files.last?.id
        var kept = files.reduce(Self.room(of: job.record)) { $0 + $1.size }
        while let oldest = files.first {
            let isTooMuch = kept > job.record.keep * 1_000_000 || files.count >= Self.filesMax
            if !isTooMuch, try hasRoom(for: job) { break }
            try FileStore.remove(oldest.path)
            kept -= oldest.size
            files.removeFirst()
        }
        guard let newest, Self.name(of: job.record, newest) >= job.name else { return job.name }
        return Self.name(of: job.record, newest.next)
    }
}

extension Fault {
    /// A fault of a record of the settings.
    init(of record: Config.Record, _ text: String, fix: String?) {
        self.init("recording", of: "record \(record.name)", text, fix: fix)
    }
}

extension CallID {
    /// The next higher one of the same form.
    fileprivate var next: CallID { CallID(high: high &+ 1 << 16, low: low) }
}
