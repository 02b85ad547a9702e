internal import CLinux

/// An input device with keys, for people to choose from.
public struct InputDevice: Equatable, Sendable {
    /// "event3", in /dev/input.
    public let node: String
    /// The device's own name, such as "USB Keypad"; others may have the same.
    public let name: String
    /// Its keys by number, in order.
    public let keys: [UInt16]

    private static let folder = "/dev/input"
    private static let byID = "/dev/input/by-id"
    private static let keyMax = 0x2ff

    /// All devices that have keys, and the errors of those that could not be opened.
    public static func all() -> (devices: [InputDevice], refused: [GPIOError]) {
        var devices: [InputDevice] = []
        var refused: [GPIOError] = []
        for node in nodes() {
            do throws(GPIOError) {
                let file = try open(path: "\(folder)/\(node)", line: node)
                var keys: [UInt16] = []
                for code in 1...keyMax where clinux_input_has_key(file.raw, UInt32(code)) == 1 {
                    keys.append(UInt16(code))
                }
                if !keys.isEmpty {
                    devices.append(InputDevice(node: node, name: name(of: file), keys: keys))
                }
            } catch { refused.append(error) }
        }
        return (devices, refused)
    }

    /// Opens the device of this name, its own or that in /dev/input/by-id, which has this key.
    ///
    /// `line` is for the error. One USB keypad is often two devices of the same name.
    static func open(
        _ name: String, having code: UInt16, line: String
    ) throws(GPIOError) -> FileDescriptor {
        if !name.utf8.contains(UInt8(ascii: "/")), isThere("\(byID)/\(name)") {
            let file = try open(path: "\(byID)/\(name)", line: line)
            guard clinux_input_has_key(file.raw, UInt32(code)) == 1 else {
                throw GPIOError(line: line, reason: .noKey)
            }
            return file
        }
        var isKnown = false
        var refusal: GPIOError?
        for node in nodes() {
            do throws(GPIOError) {
                let file = try open(path: "\(folder)/\(node)", line: line)
                guard self.name(of: file) == name else { continue }
                isKnown = true
                if clinux_input_has_key(file.raw, UInt32(code)) == 1 { return file }
            } catch {
                // Another device may match; if not, this error is why it was not found.
                refusal = refusal ?? error
            }
        }
        if isKnown { throw GPIOError(line: line, reason: .noKey) }
        throw refusal ?? GPIOError(line: line, reason: .noDevice)
    }

    /// event0, event1 …, in the order of their numbers.
    private static func nodes() -> [String] {
        let names = (try? FileStore.names(in: folder, suffix: "")) ?? []
        let numbers = names.compactMap { name in
            name.utf8.starts(with: "event".utf8) ? Int(name.dropFirst(5)) : nil
        }
        return numbers.sorted().map { "event\($0)" }
    }

    private static func isThere(_ path: String) -> Bool {
        let found = try? FileStore.status(of: path)
        return found != nil
    }

    private static func open(path: String, line: String) throws(GPIOError) -> FileDescriptor {
        let raw = unsafe clinux_input_open(path)
        guard raw >= 0 else {
            let reason: GPIOError.Reason =
                switch -raw {
                case EACCES, EPERM: .noPermission(path: path)
                case ENOENT, ENODEV, ENXIO: .noDevice
                default: .failed(errno: -raw)
                }
            throw GPIOError(line: line, reason: reason)
        }
        return FileDescriptor(owning: raw)
    }

    private static func name(of file: borrowing FileDescriptor) -> String {
        let raw = file.raw
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe text.withUnsafeMutableBytes { bytes in
            // SAFETY: the size includes the zero at the end.
            unsafe clinux_input_name(
                raw, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
    }
}
