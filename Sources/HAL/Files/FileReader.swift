/// A plain file, read in parts from its beginning to its end.
public struct FileReader: ~Copyable {
    /// Its size in bytes.
    public let size: UInt64
    private let file: OpenFile

    /// Opens it; refuses anything but a plain file (a directory, a pipe).
    public init(_ path: String) throws(SystemError) {
        file = try OpenFile(reading: path)
        size = UInt64(file.status.size)
    }

    /// Reads until the buffer is full or the file ends, and returns the number of bytes.
    public borrowing func read(into bytes: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        try file.read(into: &bytes)
    }
}
