import Foundation
import Report
import Testing

@Suite struct PublicKeyTests {
    private let folder: StationFolder

    init() throws { folder = try StationFolder() }

    @Test func theIdentityFileIsEnough() throws {
        try folder.writeIdentity()
        #expect(try folder.run("key", "show").output == "\(ownKey)\n")
        #expect(try folder.run("key", "show", "--fingerprint").output == "\(ownFingerprint)\n")
        #expect(
            try folder.run("key", "show", "--json").output
                == #"{"schema":1,"key":"\#(ownKey)","fingerprint":"\#(ownFingerprint)"}"# + "\n")
    }

    @Test func theDaemonIsAskedFirst() throws {
        var key = Reply.PublicKeyText()
        key.key = otherKey
        try folder.answer(.key(key))
        #expect(try folder.run("key", "show").output == "\(otherKey)\n")
    }

    @Test func noIdentityYetIsThree() throws {
        let outcome = try folder.run("key", "show")
        #expect(outcome.code == 3 && outcome.complaint.contains("start it once"))
    }

    @Test func wideRightsAreRefusedWithTheMendingCommand() throws {
        try folder.writeIdentity(mode: 0o640)
        let outcome = try folder.run("key", "show")
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        #expect(outcome.complaint.contains("chmod 600 \(folder.state)/keys/identity"))
    }

    @Test func aFolderOfKeysThatOthersMayEnterIsRefused() throws {
        try folder.writeIdentity()
        let keys = "\(folder.state)/keys"
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: keys)
        for command in [["key", "show"], ["peer", "add", "garage", "-", otherKey]] {
            let outcome = try folder.run(command)
            #expect(outcome.code == 1 && outcome.output.isEmpty)
            #expect(outcome.complaint.hasSuffix(": chmod 700 \(keys)\n"))
        }
        let check = try folder.run("config", "check")
        let fix = ": chmod 700 \(keys)\ncorrect that, then: sudo systemctl start intercomd\n"
        #expect(check.code == 1 && check.complaint.hasSuffix(fix))
    }

    @Test(arguments: ["", "intercom-identity-1 11\n", "intercom-identity-2 "])
    func aSpoiledIdentityIsRefusedWithoutItsContents(_ start: String) throws {
        try folder.write(
            start + String(repeating: "a7", count: 20), to: "state/keys/identity", mode: 0o600)
        let outcome = try folder.run("key", "show")
        #expect(outcome.code == 1)
        #expect(outcome.complaint.contains("state/keys/identity"))
        #expect(!outcome.complaint.contains("a7a7"))
    }
}
