import Foundation
import HAL
import Report
import Station
import Testing
import Time

@testable import Intercomd

@Suite struct ControlServerTests {
    private let path = FileManager.default.temporaryDirectory
        .appending(path: "server-\(UUID().uuidString).sock").path
    private let now = Instant(nanoseconds: 0)

    private func call(_ server: inout ControlServer, at moment: Instant) throws -> LocalPeer {
        let peer = try LocalPeer(path: path)
        server.accept(at: moment) { _, _ in }
        return peer
    }

    private func send(_ request: Request, times: Int = 1, from peer: borrowing LocalPeer) {
        for _ in 0..<times {
            let bytes = request.encoded
            #expect(peer.write(bytes.span) == .bytes(bytes.count))
        }
    }

    /// The lines that have come, and whether the server has closed.
    ///
    /// Tests run at the same time in this process, and some start programs. Until such a program
    /// begins, it has a copy of every descriptor, and a socket closed here is still open there: a
    /// test that expects the end waits for it.
    private func lines(
        of peer: borrowing LocalPeer, awaitsEnd: Bool = false
    ) -> (replies: [Reply], isClosed: Bool) {
        var buffer = LineBuffer(limit: ControlLimits.reply)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var isClosed = false
        reading: while true {
            var span = chunk.mutableSpan
            switch peer.read(into: &span) {
            case .bytes(let count): buffer.append(chunk.span.extracting(first: count))
            case .wouldBlock:
                guard awaitsEnd, peer.waitReadable(limit: .seconds(10)) else { break reading }
            case .closed:
                isClosed = true
                break reading
            }
        }
        var replies: [Reply] = []
        while case .line(let line) = buffer.next() {
            if let reply = try? Reply(parsing: line.span) { replies.append(reply) }
        }
        return (replies, isClosed)
    }

    private func isBusy(_ replies: [Reply]) -> Bool {
        if case .refused(let error) = replies.first { error.code == .busy } else { false }
    }

    @Test func whoFindsNoPlaceIsToldAndClosed() throws {
        var server = try ControlServer(path: path, group: nil, administrators: nil)
        var callers: [Box] = []
        for _ in 0..<ControlServer.callersMax {
            callers.append(Box(try call(&server, at: now)))
        }
        let late = try call(&server, at: now)
        let (replies, isClosed) = lines(of: late, awaitsEnd: true)
        #expect(isBusy(replies) && isClosed)
        // The idle make room.
        server.tick(at: now + ControlServer.idleMax) { _, _, _ in }
        for caller in callers { #expect(lines(of: caller.peer, awaitsEnd: true).isClosed) }
        #expect(!lines(of: try call(&server, at: now)).isClosed)
    }

    /// An answer without a caller that waits for it reaches none, not even one that is kept.
    @Test func nobodyIsGoneAndIsToldNothing() throws {
        var server = try ControlServer(path: path, group: nil, administrators: nil)
        let caller = try call(&server, at: now)
        let ticket = server.keep(0)
        server.replyLate(.levels, to: .nobody, at: now)
        #expect(server.hasHungUp(.nobody) && !server.hasHungUp(ticket))
        #expect(lines(of: caller).replies.isEmpty)
        server.replyLate(.levels, to: ticket, at: now)
        #expect(lines(of: caller).replies.count == 1)
    }

    @Test func monitorsLeavePlacesToOthers() throws {
        var server = try ControlServer(path: path, group: nil, administrators: nil)
        var callers: [Box] = []
        for place in 0..<12 {
            let caller = Box(try call(&server, at: now))
            callers.append(caller)
            send(.watchEvents, from: caller.peer)
            server.read(place)
            let isTaken = server.next(place, at: now) == .watchEvents
            #expect(isTaken == (place < ControlServer.watchersMax))
            #expect(isBusy(lines(of: caller.peer).replies) == !isTaken)
        }
        // Hours later only those who watch are left.
        server.tick(at: now + .seconds(3_600)) { _, _, _ in }
        for (place, caller) in callers.enumerated() {
            let isOver = place >= ControlServer.watchersMax
            #expect(lines(of: caller.peer, awaitsEnd: isOver).isClosed == isOver)
        }
        #expect(!lines(of: try call(&server, at: now)).isClosed)
    }

    @Test func manyRequestsAtOnceAreAnsweredOneATurn() throws {
        var server = try ControlServer(path: path, group: nil, administrators: nil)
        let caller = try call(&server, at: now)
        send(.version, times: 200, from: caller)
        var awaited: [UInt32] = []
        var answered = 0
        for turn in 0..<205 {
            server.read(0)
            if let request = server.next(0, at: now) {
                #expect(request == .version)
                server.reply(.version(Reply.Version()), to: 0)
                answered += 1
            }
            #expect(answered == min(turn + 1, 200))
            server.tick(at: now) { _, _, events in awaited.append(events) }
        }
        #expect(lines(of: caller).replies.count == 200)
        #expect(awaited.first == EventLoop.writable && awaited.last == EventLoop.readable)
    }

    @Test func aReplyThatIsNotTakenHoldsUpTheNextAndIsClosedAtLast() throws {
        var server = try ControlServer(path: path, group: nil, administrators: nil)
        let caller = try call(&server, at: now)
        send(.status, times: 180, from: caller)
        var status = Status()
        status.problems = [Fault("x", String(repeating: "x", count: 100_000))]
        var answered = 0
        for _ in 0..<500 {
            server.read(0)
            if server.next(0, at: now) != nil {
                server.reply(.status(status), to: 0)
                answered += 1
            }
            server.tick(at: now) { _, _, _ in }
        }
        // As many as the kernel holds, and one.
        #expect((1...20).contains(answered))
        server.tick(at: now + ControlServer.idleMax) { _, _, _ in }
        #expect(lines(of: caller, awaitsEnd: true).isClosed)
    }

    @Test func anEndlessLineIsRefusedAndClosed() throws {
        var server = try ControlServer(path: path, group: nil, administrators: nil)
        let caller = try call(&server, at: now)
        let endless = [UInt8](repeating: 120, count: ControlLimits.request + 1)
        _ = caller.write(endless.span)
        for _ in 0..<4 {
            server.read(0)
            #expect(server.next(0, at: now) == nil)
            server.tick(at: now) { _, _, _ in }
        }
        let (replies, isClosed) = lines(of: caller, awaitsEnd: true)
        guard case .refused(let error) = replies.first else {
            Issue.record("\(replies.count) replies")
            return
        }
        #expect(error.code == .tooLong && isClosed)
    }
}

private final class Box {
    let peer: LocalPeer
    init(_ peer: consuming LocalPeer) { self.peer = peer }
}
