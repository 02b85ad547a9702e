internal import CLinux

/// A program that runs beside this one.
///
/// It gets no input, the arguments and the environment given here, and of our descriptors only
/// standard error. Its owner must call `ended` from time to time, because an ended child stays a
/// zombie until then.
public struct ChildProgram: Sendable {
    private let process: Int64

    /// - Parameters:
    ///   - path: the program; no search, no shell.
    ///   - arguments: what follows its name, without zero bytes.
    ///   - environment: `NAME=value` each, without zero bytes.
    /// - Throws: why it cannot be started.
    public init(
        _ path: String, arguments: [String] = [], environment: [String]
    ) throws(SystemError) {
        var words = Block([path] + arguments)
        var variables = Block(environment)
        let started = unsafe words.withPointers { words in
            unsafe variables.withPointers { variables in
                // SAFETY: both blocks outlive the call.
                unsafe clinux_child_start(path, words, variables)
            }
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

extension ChildProgram {
    /// Texts in one block, each with a zero at its end.
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

        /// Their pointers, and a nil at the end, during the call.
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
