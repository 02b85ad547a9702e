internal import CLinux

/// A file that only grows: each line is written whole, or not at all.
public struct AppendFile: ~Copyable {
    private let path: String
    private let descriptor: FileDescriptor
    /// Its size in bytes.
    public private(set) var size: Int
    /// Its last line has no end: a power failure cut it, or another program wrote.
    private var isTorn: Bool

    /// Opens a file, or makes it.
    public init(_ path: String, mode: UInt32) throws(SystemError) {
        var (size, last): (UInt64, UInt8) = (0, 0)
        let raw = try SystemError.check(
            unsafe clinux_append_open(path, mode, &size, &last), "open \(path)")
        descriptor = FileDescriptor(owning: raw)
        self.path = path
        self.size = Int(clamping: size)
        isTorn = size > 0 && last != UInt8(ascii: "\n")
    }

    /// Appends lines with one call; when the disk is full, a part that was written is removed.
    public mutating func append(_ lines: [UInt8]) throws(SystemError) {
        // A torn line stays a line of its own and does not spoil the next one.
        let bytes = isTorn ? [UInt8(ascii: "\n")] + lines : lines
        let count = unsafe bytes.span.withUnsafeBufferPointer { buffer in
            // SAFETY: as many bytes as the buffer has are read during the call.
            unsafe clinux_write(descriptor.raw, buffer.baseAddress!, buffer.count)
        }
        if count == bytes.count {
            size += count
            isTorn = false
            return
        }
        if count > 0, clinux_append_cut(descriptor.raw, UInt64(size)) < 0 {
            size += count
            isTorn = true
        }
        throw SystemError(operation: "write \(path)", errno: count < 0 ? Int32(-count) : ENOSPC)
    }

    /// Waits until the disk has all that was appended.
    public borrowing func sync() throws(SystemError) {
        _ = try SystemError.check(clinux_append_sync(descriptor.raw), "write \(path)")
    }
}

extension FileStore {
    /// Renames a file, replacing one of that name; both in one directory.
    public static func rename(_ path: String, to other: String) throws(SystemError) {
        _ = try SystemError.check(
            unsafe clinux_file_rename(path, other), "rename \(path) to \(other)")
        _ = unsafe clinux_directory_sync(folder(of: other))
    }
}
