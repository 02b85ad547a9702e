internal import CLinux

/// A program that runs beside this one.
///
/// It gets the arguments and the environment given here; of our descriptors it gets only standard
/// error, and as a `HelperProgram` its end of a connection. Its owner must call `ended` from time
/// to time, because an ended child stays a zombie until then.
public struct ChildProgram: Sendable {
    private let process: Int64

    /// - Parameters:
    ///   - path: the program; there is no search, and no shell.
    ///   - arguments: the arguments after its name, without zero bytes.
    ///   - environment: `NAME=value` each, without zero bytes.
    ///   - input: the descriptor that becomes its standard input; negative means none.
    /// - Throws: why the program cannot be started.
    public init(
        _ path: String, arguments: [String] = [], environment: [String], input: Int32 = -1
    ) throws(SystemError) {
        var words = Block([path] + arguments)
        var variables = Block(environment)
        let started = unsafe words.withPointers { words in
            unsafe variables.withPointers { variables in
                // SAFETY: both blocks outlive the call.
                unsafe clinux_child_start(path, words, variables, input)
            }
        }
        guard started > 0 else {
            throw SystemError(operation: "run \(path)", errno: Int32(-started))
        }
        process = started
    }

    /// Returns its exit status, 128 plus the number for a signal; nil while it runs.
    ///
    /// Do not call it again after it has returned a status.
    public func ended() -> Int? {
        var status: Int32 = 0
        // SAFETY: the number is written during the call only.
        return unsafe clinux_child_ended(process, &status) == 1 ? Int(status) : nil
    }

    /// Kills the program and the programs it has started; `ended` returns a status soon after.
    public func kill() { _ = CLinux.kill(pid_t(-process), SIGKILL) }
}

extension ChildProgram {
    /// Texts in one block of memory, each with a zero at its end.
    private struct Block {
        private var bytes: [CChar] = []
        private var places: [Int] = []

        init(_ texts: [String]) {
            for text in texts {
                places.append(bytes.count)
                bytes += text.utf8.map { CChar(bitPattern: $0 == 0 ? UInt8(ascii: "?") : $0) } + [0]
            }
            bytes.append(0)
        }

        /// Calls a body with pointers to the texts, which a nil ends and which last for the call.
        mutating func withPointers<Result>(
            _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
        ) -> Result {
            let places = places
            return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
                // SAFETY: every place lies in the block, which outlives the call.
                var pointers: [UnsafeMutablePointer<CChar>?] =
                    unsafe places.map { unsafe buffer.baseAddress! + $0 }
                unsafe pointers.append(nil)
                return unsafe pointers.withUnsafeMutableBufferPointer { pointers in
                    unsafe body(pointers.baseAddress!)
                }
            }
        }
    }
}

/// A program that runs beside this one, and exchanges packets with it on its standard input.
public struct HelperProgram: ~Copyable {
    /// The longest packet of the program, in bytes.
    public static let packetMost = 1024

    /// The program, which the owner must kill, and whose `ended` it must call.
    public let program: ChildProgram
    private let socket: FileDescriptor

    /// - Throws: why the program cannot be started.
    public init(_ path: String) throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let made = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            // SAFETY: two numbers are written, during the call.
            unsafe clinux_packet_pair(bytes.baseAddress!.assumingMemoryBound(to: Int32.self))
        }
        _ = try SystemError.check(made, "connect to \(path)")
        let ours = FileDescriptor(owning: ends.0)
        // Closed here once the child has its own.
        let theirs = FileDescriptor(owning: ends.1)
        program = try ChildProgram(path, environment: [], input: theirs.raw)
        socket = ours
    }

    /// The descriptor: readable when a packet waits, or the program has ended.
    public var fd: Int32 { socket.raw }

    /// Sends a packet.
    ///
    /// - Returns: False where the program does not take the packet: it has ended, or hangs.
    public borrowing func send(_ packet: [UInt8]) -> Bool {
        socket.write(packet.span) == packet.count
    }

    /// Returns the next packet; empty when the program has ended, nil when none waits.
    public borrowing func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Self.packetMost)
        var room = bytes.mutableSpan
        let count = socket.read(into: &room)
        guard count >= 0 else { return nil }
        return Array(bytes.prefix(count))
    }
}
