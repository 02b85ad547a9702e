import Report
import Testing

@Suite struct CompletionCommandTests {
    private let settings = """
        [peer attic]
        address = 192.0.2.7
        key = \(otherKey)
        [channel house]
        members = *
        """

    private func words(_ folder: StationFolder, _ typed: String...) throws -> [String] {
        let outcome = try Intercomctl.run(
            ["completion", "words", "--", "--config", folder.config] + typed)
        #expect(outcome.code == 0)
        #expect(outcome.complaint.isEmpty)
        return outcome.output.split(separator: "\n").map { String($0) }
    }

    @Test func anotherShellIsRefused() throws {
        let outcome = try Intercomctl.run(["completion", "bsh"])
        #expect(outcome.code == 2)
        #expect(outcome.complaint == "intercomctl: unknown shell \"bsh\"; did you mean \"bash\"?\n")
        let two = try Intercomctl.run(["completion", "bash", "bash"])
        #expect(two.code == 2 && two.output.isEmpty)
        #expect(try Intercomctl.run(["completion"]).code == 2)
    }

    @Test func theDaemonIsAskedFirst() throws {
        let folder = try StationFolder(settings)
        var status = Status()
        var (garage, wicked) = (PeerStatus(), PeerStatus())
        (garage.name, wicked.name) = ("garage", "$(reboot)")
        status.peers = [garage, wicked]
        try folder.answer(.status(status))
        #expect(try words(folder, "peer", "remove", "") == ["garage"])
    }

    @Test func withoutADaemonTheSettingsAreRead() throws {
        let folder = try StationFolder(settings)
        #expect(try words(folder, "talk", "") == ["attic", "house"])
        #expect(try words(folder, "mute", "a") == ["attic"])
    }

    @Test func withNeitherThereAreNoNamesAndNoComplaint() throws {
        let folder = try StationFolder("nonsense")
        #expect(try words(folder, "talk", "") == [])
        #expect(try words(folder, "mute", "") == ["mic", "speaker"])
        let busy = try StationFolder(settings)
        let error = ControlError(.busy, "no")
        try busy.answer(.refused(error))
        #expect(try words(busy, "talk", "") == ["attic", "house"])
    }
}
