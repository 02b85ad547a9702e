import Foundation
import Testing
import Time

@testable import HAL

@Suite struct AppendFileTests {
    private let folder = TemporaryFolder()

    @Test func aTornLineStaysALineOfItsOwn() throws {
        let path = "\(folder.path)/lines"
        try FileStore.write(Array("one\ntw".utf8).span, to: path, mode: 0o600)
        var file = try AppendFile(path, mode: 0o600)
        try file.append(Array("three\n".utf8))
        try file.sync()
        let text = String(decoding: try FileStore.read(path, limit: 100), as: UTF8.self)
        #expect(text == "one\ntw\nthree\n")
        #expect(file.size == text.utf8.count)
    }

    @Test func aLinkOrAFolderIsRefused() throws {
        #expect(throws: SystemError.self) { _ = try AppendFile(folder.path, mode: 0o600) }
        #expect(throws: SystemError.self) { _ = try AppendFile("/dev/null", mode: 0o600) }
    }

    @Test func aProgramGetsItsWordsAndTheEnvironmentAloneAndItsEndIsSeen() throws {
        let script = "\(folder.path)/program"
        let text = "#!/bin/sh\nread line\necho \"$# $1 $A $HOME\" > \(folder.path)/out\nexit 7\n"
        try FileStore.write(Array(text.utf8).span, to: script, mode: 0o700)
        let program = try start(script, arguments: ["one word", "two"], environment: ["A=x y"])
        var status: Int?
        while status == nil { status = program.ended() }
        #expect(status == 7)
        let out = try FileStore.read("\(folder.path)/out", limit: 100)
        #expect(String(decoding: out, as: UTF8.self) == "2 one word x y \n")
        #expect(throws: SystemError.self) { try ChildProgram("/nowhere", environment: []) }
    }

    /// Starts a program that was just written.
    ///
    /// A program that another test started meanwhile has a copy of the descriptor it was written
    /// through until it begins, and the kernel runs no file that is open for writing.
    private func start(
        _ path: String, arguments: [String], environment: [String]
    ) throws -> ChildProgram {
        let deadline = Clock.now() + .seconds(10)
        while true {
            do throws(SystemError) {
                return try ChildProgram(path, arguments: arguments, environment: environment)
            } catch {
                guard error.errno == ETXTBSY, Clock.now() < deadline else { throw error }
                Clock.sleep(.milliseconds(1))
            }
        }
    }
}
