internal import CLinux

/// A hook program that runs beside this one.
///
/// It gets no arguments, no input, the environment given here, and of our descriptors only standard
/// error. Its owner must call `ended` from time to time, because an ended child stays a zombie
/// until then.
public struct ChildProgram: Sendable {
    private let process: Int64

    /// - Parameters:
    ///   - path: the program; no search, no shell.
    ///   - environment: `NAME=value` each, without zero bytes.
    /// - Throws: why it cannot be started.
    public init(_ path: String, environment: [String]) throws(SystemError) {
        // One block for all variables, each with a zero at its end, and the offsets in it.
        var block: [CChar] = []
        var places: [Int] = []
        for text in environment {
            places.append(block.count)
            block += text.utf8.map { CChar(bitPattern: $0 == 0 ? UInt8(ascii: "?") : $0) } + [0]
        }
        block.append(0)
        let started = unsafe block.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: every place lies in the block, which outlives the call.
            var pointers: [UnsafeMutablePointer<CChar>?] =
                unsafe places.map { unsafe buffer.baseAddress! + $0 }
            unsafe pointers.append(nil)
            return unsafe clinux_child_start(path, &pointers)
        }
        guard started > 0 else {
            throw SystemError(operation: "run \(path)", errno: Int32(-started))
        }
        process = started
    }

    /// Its exit status, 128 and more for a signal; nil while it runs.
    ///
    /// Do not call it again after it has returned a status.
    public func ended() -> Int? {
        var status: Int32 = 0
        // SAFETY: the number is written during the call only.
        return unsafe clinux_child_ended(process, &status) == 1 ? Int(status) : nil
    }

    /// Kills it and the programs it has started; `ended` returns a status soon after.
    public func kill() { clinux_child_kill(process) }
}
