import Foundation

/// Another program, with pipes to its input and from its output; it ends with its owner.
///
/// Foundation's `Process` lets children inherit one another's pipes, so that with tests side by
/// side none of their pipes ever ends.
final class Child {
    private let process: pid_t
    private let link: Int32
    private var status: Int32?

    init(_ path: String, _ arguments: [String], environment: [String] = []) {
        var ends: [Int32] = [0, 0]
        // One socket is both its input and its output, and no other child inherits it.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let made = unsafe socketpair(AF_UNIX, type, 0, &ends)
        precondition(made == 0)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let inherited = ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }
        var process: pid_t = 0
        let error = unsafe withTexts([path] + arguments) { words in
            unsafe withTexts(environment + inherited) { values in
                unsafe posix_spawn(&process, path, &actions, nil, words, values)
            }
        }
        precondition(error == 0, "\(path): \(error)")
        unsafe posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        self.process = process
        link = ends[0]
    }

    deinit {
        close(link)
        if status == nil {
            kill(process, SIGKILL)
            wait()
        }
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.write(link, bytes, bytes.count)
        precondition(count == bytes.count)
    }

    func send(_ signal: Int32) { kill(process, signal) }

    /// The next line without its end; nil when the program has closed its output.
    func readLine() -> String? {
        var line: [UInt8] = []
        while let byte = readByte() {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    /// The rest of the program's output.
    func readToEnd() -> String {
        var bytes: [UInt8] = []
        while let byte = readByte() { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The exit status, once it has ended.
    @discardableResult
    func wait() -> Int32 {
        var raw: Int32 = 0
        unsafe waitpid(process, &raw, 0)
        status = raw
        return raw
    }

    private func readByte() -> UInt8? {
        var byte: UInt8 = 0
        return unsafe read(link, &byte, 1) == 1 ? byte : nil
    }
}

/// Gives the texts to C as an array that ends with NULL.
private func withTexts<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
        capacity: texts.count + 1)
    for (index, text) in texts.enumerated() { unsafe array[index] = unsafe strdup(text) }
    unsafe array[texts.count] = nil
    let result = unsafe body(array)
    for index in texts.indices { unsafe free(array[index]) }
    unsafe array.deallocate()
    return result
}
