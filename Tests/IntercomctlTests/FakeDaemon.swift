import Foundation
import HAL
import Report

/// A daemon's socket with someone behind it who answers as told.
final class FakeDaemon {
    private let thread: Thread

    /// Listens; `answer` is the bytes to send to one request, after which the line is closed,
    /// unless more of them come on it.
    init(
        at path: String, hasMore: Bool = false,
        answer: @escaping @Sendable (Request?) -> [[UInt8]]
    ) throws {
        let socket = try LocalSocket(path: path)
        let fd = socket.fd
        let box = SocketBox(socket)
        thread = Thread {
            while !Thread.current.isCancelled {
                guard let peer = box.socket.accept() else {
                    var waiting = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
                    _ = unsafe poll(&waiting, 1, 20)
                    continue
                }
                FakeDaemon.serve(peer, hasMore, answer)
            }
        }
        thread.start()
    }

    deinit { stop() }

    /// Ends the daemon; its socket goes a moment later.
    func stop() {
        thread.cancel()
        while !thread.isFinished { Thread.sleep(forTimeInterval: 0.005) }
    }

    private static func serve(
        _ peer: borrowing LocalPeer, _ hasMore: Bool, _ answer: (Request?) -> [[UInt8]]
    ) {
        var lines = LineBuffer(limit: ControlLimits.request)
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            if case .line(let line) = lines.next() {
                for bytes in answer(try? Request(parsing: line.span)) { send(bytes, to: peer) }
                if hasMore { continue }
                return
            }
            var span = chunk.mutableSpan
            switch peer.read(into: &span) {
            case .bytes(let count): lines.append(chunk.span.extracting(first: count))
            case .wouldBlock: _ = peer.waitReadable(limit: .seconds(5))
            case .closed: return
            }
        }
    }

    private static func send(_ bytes: [UInt8], to peer: borrowing LocalPeer) {
        var rest = bytes.span
        while !rest.isEmpty {
            switch peer.write(rest) {
            case .bytes(let count): rest = rest.extracting(droppingFirst: count)
            case .wouldBlock: _ = peer.waitWritable(limit: .seconds(5))
            case .closed: return
            }
        }
    }
}

private final class SocketBox: Sendable {
    let socket: LocalSocket
    init(_ socket: consuming LocalSocket) { self.socket = socket }
}
