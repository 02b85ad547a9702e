import Foundation
import HAL
import Testing
import Time

@Suite struct LocalSocketTests {
    private var path: String { folder.path("control.sock") }
    let folder = TemporaryFolder()

    private func accept(_ socket: borrowing LocalSocket) throws -> LocalPeer {
        guard let peer = socket.accept() else { throw CocoaError(.fileNoSuchFile) }
        return peer
    }

    private func close(_ peer: consuming LocalPeer) {}

    @Test mutating func carriesBytesBothWaysAndTheirEnd() throws {
        let socket = try LocalSocket(path: path)
        let isNobodyThere = socket.accept() == nil
        #expect(isNobodyThere)
        let near = try LocalPeer(path: path)
        let far = try accept(socket)

        var buffer = [UInt8](repeating: 0, count: 16)
        var span = buffer.mutableSpan
        #expect(near.read(into: &span) == .wouldBlock)
        #expect(near.write([1, 2, 3].span) == .bytes(3))
        #expect(far.waitReadable(limit: .seconds(5)) == true)
        #expect(far.read(into: &span) == .bytes(3))
        #expect(far.write([9].span) == .bytes(1))
        close(consume far)
        #expect(near.read(into: &span) == .bytes(1))
        // A program that another test starts has a copy of the socket until it begins.
        #expect(near.waitReadable(limit: .seconds(10)) == true)
        #expect(near.read(into: &span) == .closed)
        #expect(near.write([1].span) == .closed)
        #expect(buffer[0] == 9)
    }

    @Test mutating func fullPeerWouldBlockAndNeverWaits() throws {
        let socket = try LocalSocket(path: path)
        let near = try LocalPeer(path: path)
        let far = try accept(socket)
        let block = [UInt8](repeating: 7, count: 65536)
        var result = near.write(block.span)
        while case .bytes = result { result = near.write(block.span) }
        #expect(result == .wouldBlock)
        #expect(near.waitWritable(limit: .milliseconds(10)) == false)
        let begin = Clock.now()
        #expect(near.waitWritable(limit: .microseconds(900)) == false)
        #expect(Clock.now() - begin >= .microseconds(900), "not over before its limit")
        _ = far.fd
    }

    @Test mutating func knowsWhoIsAtTheOtherEnd() throws {
        let socket = try LocalSocket(path: path)
        let near = try LocalPeer(path: path)
        let far = try accept(socket)
        #expect(far.identity.user == getuid())
        #expect(far.identity.group == getgid())
        #expect(far.identity.process == getpid())
        #expect(near.identity.process == getpid())
        var buffer = [gid_t](repeating: 0, count: 1024)
        let count = unsafe getgroups(1024, &buffer)
        let groups = buffer.prefix(Int(max(0, count))) + [getgid()]
        for group in groups {
            let isMember = far.isMember(of: group)
            #expect(isMember)
        }
        #expect(far.isMember(of: (1...).first { !groups.contains($0) }!) == false)
    }

    @Test mutating func fileIsForOwnerAndGroupOnlyWhateverTheUmask() throws {
        let socket = try LocalSocket(path: path, group: getgid())
        #expect(try FileStore.status(of: path)?.mode == 0o660)
        _ = consume socket
        #expect(try FileStore.status(of: path) == nil, "it goes with the socket")
    }

    @Test mutating func staleFileIsReplaced() throws {
        // A socket whose owner died leaves its file.
        let dead = unixSocket(SOCK_STREAM, at: path)
        Glibc.close(dead)
        let error = #expect(throws: SystemError.self) { _ = try LocalPeer(path: path) }
        #expect(error?.errno == ECONNREFUSED)

        let socket = try LocalSocket(path: path)
        _ = try LocalPeer(path: path)
        _ = socket.fd
    }

    @Test mutating func plainFileIsNeverRemoved() throws {
        try FileStore.write([1].span, to: path, mode: 0o600)
        let error = #expect(throws: SystemError.self) { _ = try LocalSocket(path: path) }
        #expect(error?.description.contains("is not a socket") == true)
        #expect(try FileStore.read(path, limit: 1) == [1])
    }

    @Test func noDaemonIsSaidSo() {
        let error = #expect(throws: SystemError.self) {
            _ = try LocalPeer(path: folder.path("none.sock"))
        }
        #expect(error?.errno == ENOENT)
        #expect(error?.description.hasSuffix("intercomd is not running") == true)
    }

    @Test func tooLongPathIsRefused() {
        let long = folder.path(String(repeating: "x", count: 120))
        let error = #expect(throws: SystemError.self) { _ = try LocalSocket(path: long) }
        #expect(error?.errno == ENAMETOOLONG)
    }
}
