internal import CLinux

/// One open plain file.
struct OpenFile: ~Copyable {
    let status: FileStore.Status
    private let path: String
    private let descriptor: FileDescriptor

    init(reading path: String) throws(SystemError) {
        var status = clinux_file_status()
        let raw = try SystemError.check(
            unsafe clinux_file_open(path, &status), "open \(path)")
        let descriptor = FileDescriptor(owning: raw)
        guard status.is_regular != 0 else {
            throw SystemError(
                operation: "open \(path)", errno: status.is_directory != 0 ? EISDIR : EINVAL,
                advice: "a plain file is expected")
        }
        self.status = FileStore.Status(status)
        self.path = path
        self.descriptor = descriptor
    }

    /// Makes a file that must not exist yet.
    init(making path: String, mode: UInt32) throws(SystemError) {
        let raw = try SystemError.check(unsafe clinux_file_create(path, mode), "make \(path)")
        descriptor = FileDescriptor(owning: raw)
        status = FileStore.Status(
            size: 0, mode: mode, owner: Environment.userID, isRegular: true, isDirectory: false)
        self.path = path
    }

    /// Gives it the owner and group of another file, whatever its name is by now.
    borrowing func giveOwner(of model: String) throws(SystemError) {
        let wanted = try FileStore.look(at: model, followsLinks: true)
        _ = try SystemError.check(
            clinux_file_give(descriptor.raw, wanted.owner, wanted.group),
            "give \(path) to user \(wanted.owner)")
    }

    /// Reads until the end of the file or of the buffer, and returns the number of bytes.
    borrowing func read(into bytes: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
                // SAFETY: `done` is below `count`, and the rest lies in the buffer.
                unsafe clinux_read(
                    descriptor.raw, buffer.baseAddress! + done, buffer.count - done)
            }
            guard count >= 0 else {
                throw SystemError(operation: "read \(path)", errno: Int32(-count))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes everything and waits until the disk has it.
    borrowing func write(_ bytes: Span<UInt8>) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBufferPointer { buffer in
                // SAFETY: `done` is below `count`, and the rest lies in the buffer.
                unsafe clinux_write(
                    descriptor.raw, buffer.baseAddress! + done, buffer.count - done)
            }
            guard count > 0 else {
                throw SystemError(operation: "write \(path)", errno: Int32(-count))
            }
            done += count
        }
        _ = try SystemError.check(clinux_file_sync(descriptor.raw), "write \(path)")
    }
}

extension FileStore.Status {
    init(_ status: clinux_file_status) {
        self.init(
            size: Int(clamping: status.size), mode: status.mode, owner: status.owner,
            isRegular: status.is_regular != 0, isDirectory: status.is_directory != 0)
    }
}
