/// A file, read in parts from its beginning to its end.
public struct FileReader: ~Copyable {
    private let file: OpenFile

    /// Opens a plain file; refuses anything else (a directory, a pipe).
    public init(_ path: String) throws(SystemError) {
        file = try OpenFile(reading: path)
    }

    /// Opens a pipe, too, and waits for who writes to it; "-" is standard input.
    public init(waitingFor path: String) throws(SystemError) {
        file = try OpenFile(waitingFor: path)
    }

    /// Reads until the buffer is full or the file ends, and returns the number of bytes.
    public borrowing func read(into bytes: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        try file.read(into: &bytes)
    }
}
