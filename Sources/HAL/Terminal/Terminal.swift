internal import CLinux
public import Time

/// The two outputs of a program.
public enum Terminal {
    public enum Output: Int32, Sendable {
        case result = 1
        case complaint = 2
    }

    /// Returns whether an output is a terminal, not a file or another program.
    public static func isInteractive(_ output: Output) -> Bool {
        isatty(output.rawValue) == 1
    }

    /// Returns the columns and rows of the terminal; nil without a terminal, or where it does not
    /// know them.
    public static func size(of output: Output) -> (columns: Int, rows: Int)? {
        var (columns, rows): (Int32, Int32) = (0, 0)
        // SAFETY: the call writes the two numbers and keeps neither pointer.
        guard unsafe clinux_terminal_size(output.rawValue, &columns, &rows) == 0,
            columns > 0, rows > 0
        else { return nil }
        return (Int(columns), Int(rows))
    }

    /// The longest text that `offer` writes, in bytes: a pipe with room accepts it in one piece.
    public static let offerMax = 4096

    /// Writes a short text if the reader has room for it now, and never waits.
    ///
    /// A longer text is cut to fit, with the line feed at its end. Returns false when not all of
    /// the cut text was written.
    public static func offer(_ text: String, to output: Output) -> Bool {
        var text = shortened(text)
        return text.withUTF8 { bytes in
            guard clinux_poll(output.rawValue, Int16(CLINUX_WRITABLE), 0) == 1
            else { return false }
            // SAFETY: the bytes are read during the call only.
            return unsafe clinux_write(output.rawValue, bytes.baseAddress, bytes.count)
                == bytes.count
        }
    }

    /// Returns the text cut to `offerMax` bytes between two characters, with its line feed if it
    /// had one.
    static func shortened(_ text: String) -> String {
        let bytes = text.utf8
        guard bytes.count > offerMax else { return text }
        let end = bytes.last == UInt8(ascii: "\n") ? "\n" : ""
        var cut = bytes.index(bytes.startIndex, offsetBy: offerMax - end.utf8.count)
        // The bytes of a character after its first are 10xxxxxx.
        while bytes[cut] & 0xc0 == 0x80 { cut = bytes.index(before: cut) }
        return String(decoding: bytes[..<cut], as: UTF8.self) + end
    }

    /// Writes the text as it is, without adding a line feed.
    ///
    /// Returns false when the reader has gone or the disk is full.
    @discardableResult
    public static func write(_ text: String, to output: Output = .result) -> Bool {
        var text = text
        return text.withUTF8 { bytes in unsafe write(bytes, to: output) }
    }

    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to output: Output) -> Bool {
        var done = 0
        while done < bytes.count {
            // SAFETY: `done` is below `count`, and the rest lies in the buffer.
            let count = unsafe clinux_write(
                output.rawValue, bytes.baseAddress! + done, bytes.count - done)
            if count == -Int(EAGAIN) {
                // Another program that shares the terminal has made it nonblocking.
                _ = clinux_poll(output.rawValue, Int16(CLINUX_WRITABLE), -1)
            } else if count <= 0 {
                return false
            } else {
                done += count
            }
        }
        return true
    }
}

/// The text that a person types into a program.
public enum Keyboard {
    private static let descriptor: Int32 = 0
    /// Longer than any typed line.
    private static let lineMax = 4096

    /// Whether standard input is a terminal, not a file or another program.
    public static var isThere: Bool { isatty(descriptor) == 1 }

    /// Whether this process group is in the foreground of the terminal, or the terminal has none.
    private static var isForeground: Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    /// Takes the text that a person has typed at the terminal so far, without blanks, and never
    /// waits.
    ///
    /// - Returns: Nil for no text. A program in the shell's background reads nothing, because
    ///   reading would stop it.
    public static func typed() -> String? {
        var bytes: [UInt8]?
        while isThere, isForeground,
            clinux_poll(descriptor, Int16(CLINUX_READABLE), 0) == 1, let byte = next()
        {
            bytes = (bytes ?? []) + (byte > UInt8(ascii: " ") ? [byte] : [])
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads the next line without its line feed; nil at the end, and when the line is too long.
    ///
    /// Bytes that are not UTF-8 are replaced. A line that Ctrl-D cuts in the middle is dropped.
    public static func line() -> String? {
        var bytes: [UInt8] = []
        // Byte by byte: what follows the line is for the next reader.
        while let byte = next() {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            // A line without an end must not block the program for ever.
            guard bytes.count < lineMax else { return nil }
            bytes.append(byte)
        }
        return nil
    }

    /// Reads one byte; nil at the end.
    private static func next() -> UInt8? {
        var byte: UInt8 = 0
        // SAFETY: the call writes at most the one byte.
        return unsafe clinux_read(descriptor, &byte, 1) == 1 ? byte : nil
    }
}

/// The signals that end a program at a terminal: the window closed, Ctrl-C, Ctrl-\, kill.
///
/// Ctrl-Z does nothing: a program that holds a microphone open must not stop with it.
public struct TerminalSignals: ~Copyable {
    private static let suspend: Int32 = 20

    private let descriptor: FileDescriptor

    /// Blocks the signals for the process, and ignores broken pipes and stray signals.
    ///
    /// Only for the main thread, before any other thread starts.
    public init() throws(SystemError) {
        descriptor = try FileDescriptor(signals: [1, 2, 3, 15, Self.suspend])
    }

    /// Returns whether a signal that ends the program has come.
    public borrowing func isEnd() -> Bool {
        while true {
            switch clinux_signals_next(descriptor.raw) {
            case 0: return false
            case Self.suspend: continue
            default: return true
            }
        }
    }
}

/// The standard streams of a program: when a stream is cut, its other end is gone.
///
/// A closed terminal or a closed ssh connection cuts them; a file, /dev/null and a stream that was
/// never open have no other end.
public struct Lifeline: ~Copyable {
    /// The time within which an input that ends never had another end: `ssh -n` gives such an
    /// input.
    private static let settling = Duration.seconds(1)

    private let begin: Instant
    private var hasInput = true

    public init(at now: Instant) {
        begin = now
    }

    /// Returns whether one of the streams has been cut.
    public mutating func poll(at now: Instant) -> Bool {
        if clinux_poll(1, 0, 0) > 0 || clinux_poll(2, 0, 0) > 0 { return true }
        guard hasInput, clinux_poll(0, 0, 0) > 0 else { return false }
        guard now - begin < Self.settling else { return true }
        hasInput = false
        return false
    }
}
