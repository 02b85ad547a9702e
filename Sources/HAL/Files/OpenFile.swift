internal import CLinux

/// One open file, which is read in parts from its beginning to its end.
public struct OpenFile: ~Copyable {
    /// All zeros for a file that is made, or waited for.
    let status: FileStore.Status
    private let path: String
    private let descriptor: FileDescriptor

    /// Opens a plain file for reading; refuses anything else (a directory, a pipe).
    public init(reading path: String) throws(SystemError) {
        var status = stat()
        let descriptor = try FileDescriptor(
            unsafe clinux_file_open(path, &status), "open \(path)")
        guard status.is(S_IFREG) else {
            throw SystemError(
                operation: "open \(path)", errno: status.is(S_IFDIR) ? EISDIR : EINVAL,
                advice: "a plain file is expected")
        }
        self.status = FileStore.Status(status)
        self.path = path
        self.descriptor = descriptor
    }

    /// Opens any readable file, and waits for the writer of a pipe.
    ///
    /// "-" is standard input.
    public init(waitingFor path: String) throws(SystemError) {
        descriptor = try FileDescriptor(unsafe clinux_source_open(path), "open \(path)")
        status = FileStore.Status(stat())
        self.path = path
    }

    /// Makes a file that must not exist yet.
    init(making path: String, mode: UInt32) throws(SystemError) {
        descriptor = try FileDescriptor(unsafe clinux_file_create(path, mode), "make \(path)")
        status = FileStore.Status(stat())
        self.path = path
    }

    /// Reads until the end of the file or of the buffer, and returns the number of bytes.
    public borrowing func read(into bytes: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        var done = 0
        while done < bytes.count {
            var room = bytes._mutatingExtracting(done...)
            let count = descriptor.read(into: &room)
            guard count >= 0 else {
                throw SystemError(operation: "read \(path)", errno: Int32(-count))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Reads the whole file, which has at most `limit` bytes.
    borrowing func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        guard status.size <= limit else { throw tooLarge(limit) }
        // The size that the file reports, and one byte more to notice a wrong size: files of /proc
        // report 0. Never the whole limit at once: the heap would keep that memory.
        var bytes = [UInt8](repeating: 0, count: min(max(status.size, 4095), limit) + 1)
        var count = 0
        while true {
            var span = bytes.mutableSpan
            var room = span._mutatingExtracting(count...)
            count += try read(into: &room)
            guard count == bytes.count else { break }
            guard count <= limit else { throw tooLarge(limit) }
            let more = min(count, limit + 1 - count)
            bytes.append(contentsOf: repeatElement(0, count: more))
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Reads the whole file, which must be smaller than the buffer, so that a longer file is
    /// noticed; returns the number of bytes.
    borrowing func readWhole(into bytes: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        let count = try read(into: &bytes)
        guard count < bytes.count else { throw tooLarge(bytes.count - 1) }
        return count
    }

    /// Writes everything and waits until the disk has it.
    borrowing func write(_ bytes: Span<UInt8>) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = descriptor.write(bytes.extracting(done..<bytes.count))
            guard count > 0 else {
                throw SystemError(operation: "write \(path)", errno: Int32(-count))
            }
            done += count
        }
        _ = try SystemError.check(clinux_file_sync(descriptor.raw), "write \(path)")
    }

    private borrowing func tooLarge(_ limit: Int) -> SystemError {
        SystemError(
            operation: "read \(path)", errno: EFBIG, advice: "at most \(limit) bytes are expected")
    }
}

extension FileStore.Status {
    init(_ status: stat) {
        self.init(
            size: Int(clamping: status.st_size), mode: status.st_mode & 0o7777,
            owner: status.st_uid, isRegular: status.is(S_IFREG), isDirectory: status.is(S_IFDIR))
    }
}

extension stat {
    /// Whether the file is of this type, such as `S_IFDIR`.
    func `is`(_ type: Int32) -> Bool { st_mode & UInt32(S_IFMT) == UInt32(type) }
}
