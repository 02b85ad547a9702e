import Testing

@testable import Intercomctl

@Suite struct CompletionTests {
    private static let names = StationNames(
        peers: ["garage", "$(reboot)"], channels: ["house"], buttons: ["ptt"],
        relays: ["door"])

    private func words(_ typed: String...) -> [String]? {
        guard case .words(let found) = Completion(typed).answer({ Self.names }) else { return nil }
        return found
    }

    private func answer(_ typed: String...) -> Completion.Answer {
        Completion(typed).answer { Self.names }
    }

    @Test func commandsComeFromTheTable() {
        let firsts = words("") ?? []
        for command in Command.all {
            let own = command.name.split(separator: " ").map { String($0) }
            #expect(firsts.count { $0 == own[0] } == 1, "\(command.name)")
            if own.count == 2 { #expect(words(own[0], "")?.contains(own[1]) == true) }
        }
        #expect(words("stat") == ["status", "stats"])
        #expect(words("peer", "re") == ["rename", "replace", "remove"])
        #expect(words("zzz", "") == [])
        #expect(words("help", "key", "") == ["show"])
        #expect(words("help", "sig") == ["signal"])
    }

    @Test func argumentsAreNamesOfTheirKind() {
        #expect(words("ptt", "") == ["down", "up"])
        #expect(words("ptt", "down", "") == ["garage", "house"])
        #expect(words("signal", "") == ["garage"])
        #expect(words("relay", "") == ["door"])
        #expect(words("relay", "door", "g") == ["garage"])
        #expect(words("mute", "") == ["mic", "speaker", "garage", "house"])
        #expect(words("test", "button", "") == ["ptt"])
        #expect(words("peer", "add", "g") == [])
        #expect(words("doctor", "config", "da") == ["daemon"])
        #expect(words("volume", "p") == ["page"])
    }

    @Test func optionsAreThoseOfTheCommand() {
        #expect(words("levels", "--") == ["--config", "--socket", "--json", "--seconds", "--help"])
        #expect(words("levels", "--json", "--s") == ["--socket", "--seconds"])
        #expect(words("peer", "--no") == ["--no-reload"])
        #expect(words("--v") == ["--version"])
        #expect(words("status", "--v") == [])
        // Nothing else may follow.
        #expect(words("key", "show", "")?.contains("--fingerprint") == true)
        #expect(words("status", "--", "") == [])
    }

    @Test func valuesFollowTheirOption() {
        #expect(words("call", "--priority", "") == ["normal", "high", "emergency"])
        #expect(words("call", "--priority", "e") == ["emergency"])
        // bash makes three words of it.
        #expect(words("call", "--priority", "=") == ["normal", "high", "emergency"])
        #expect(words("call", "--priority", "=", "e") == ["emergency"])
        #expect(words("call", "--priority", "high", "g") == ["garage"])
        #expect(words("call", "--priority", "=", "high", "g") == ["garage"])
        #expect(words("talk", "--seconds", "") == [])
        #expect(answer("announce", "house", "--file", "") == .files)
        #expect(answer("announce", "house", "--file", "=", "b") == .files)
        #expect(answer("--config", "") == .folders)
    }

    @Test func theTypedFolderAndSocketAreTheOnesAsked() {
        let typed = Completion(["--config", "etc", "--socket", "=", "s", "mute", ""])
        #expect(typed.config == "etc")
        #expect(typed.socket == "s")
        #expect(Completion(["mute", "--config"]).config == nil)
    }

    @Test(arguments: [
        [""], ["peer", ""], ["status", "--"], ["ptt", ""], ["call", "--priority", ""],
    ])
    func namesAreAskedForOnlyWhereOneIsExpected(typed: [String]) {
        _ = Completion(typed).answer {
            Issue.record("\(typed) asks the station")
            return StationNames()
        }
    }

    /// Each argument of a command is described, so that a new command is completed, too.
    @Test func everyArgumentHasAKind() {
        for command in Command.all where command.count.upperBound > 0 {
            #expect(!command.takes.isEmpty || command.name == "pair", "\(command.name)")
            #expect(command.takes.count <= command.count.upperBound, "\(command.name)")
        }
    }
}
