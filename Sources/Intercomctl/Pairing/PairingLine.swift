internal import HAL
internal import Pairing
internal import Time

/// The stream of one pairing: each side waits so long at most for the other.
struct PairingLine: ~Copyable {
    enum Arrival {
        case bytes([UInt8])
        /// The other side has ended the pairing as it should be ended.
        case closed
        case failed
    }

    private let stream: TCPStream
    private var deadline: Instant

    init(_ stream: consuming TCPStream, patience: Duration = PairingWindow.patience) {
        self.stream = stream
        deadline = Clock.now() + patience
    }

    /// What has come; each whole message must come in time, not each byte.
    mutating func receive() -> Arrival {
        var room = [UInt8](repeating: 0, count: 2048)
        var span = room.mutableSpan
        switch stream.read(into: &span, until: deadline) {
        case .bytes(let count): return .bytes(Array(room[..<count]))
        case .closed: return .closed
        case .failed, .tooLate: return .failed
        }
    }

    /// Sends a message; then the other side has its time anew.
    mutating func send(_ message: [UInt8]) -> Bool {
        deadline = Clock.now() + PairingWindow.patience
        return stream.write(message.span, until: deadline)
    }

    /// Lets the other side see that the pairing has failed.
    consuming func abort() { stream.abort() }

    consuming func close() {}
}
