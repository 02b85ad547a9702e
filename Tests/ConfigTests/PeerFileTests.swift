import Testing

@testable import Config

@Suite struct PeerFileTests {
    private var changed: PeerFile
    private static let text = """
        # Behind the barn.
        [peer garage]
        address = 10.0.0.7  # wired
        key = intercom1:x
        suite = 2
        x-room = west

        [policy garage]
        drop-in = allow

        # The other one.
        [peer attic]
        key = intercom1:y

        """

    init() { changed = PeerFile(Array(Self.text.utf8)) }

    private func file(_ text: String = text) -> PeerFile { PeerFile(Array(text.utf8)) }
    private func text(_ file: PeerFile) -> String { String(decoding: file.bytes, as: UTF8.self) }

    @Test func whatIsNotChangedStaysToTheByte() {
        #expect(text(file()) == Self.text)
        #expect(text(file("")).isEmpty)
        // The last line gets a newline; nothing else changes.
        #expect(text(file("[peer a]\nkey = x")) == "[peer a]\nkey = x\n")
        #expect(text(file("\n\n# x\n\n")) == "\n\n# x\n\n")
    }

    @Test func aPeerBehindManyMistakesIsFound() {
        var changed = file(String(repeating: "what is this\n", count: 30) + Self.text)
        changed.set("address", to: "10.0.0.8", of: "garage")
        #expect(changed.value(of: "address", of: "garage") == "10.0.0.8")
        #expect(changed.peers == ["garage", "attic"])
    }

    @Test mutating func oneSettingIsChangedAndItsCommentStays() {
        changed.set("address", to: "10.0.0.8", of: "garage")
        #expect(
            text(changed) == Self.text.replacing("10.0.0.7  # wired", with: "10.0.0.8  # wired"))
        var ofWindows = file("[peer garage]\r\naddress = a\r\n")
        ofWindows.set("address", to: "b", of: "garage")
        #expect(text(ofWindows) == "[peer garage]\r\naddress = b\r\n")
    }

    @Test mutating func aNewSettingStandsInItsSection() {
        changed.set("gain", to: "+3dB", of: "garage")
        changed.set("verified", to: "1", of: "attic")
        #expect(
            text(changed)
                == Self.text.replacing("x-room = west\n", with: "x-room = west\ngain = +3dB\n")
                .replacing("intercom1:y\n", with: "intercom1:y\nverified = 1\n"))
        changed.remove("gain", of: "garage")
        changed.remove("verified", of: "attic")
        changed.remove("nothing", of: "attic")
        #expect(text(changed) == Self.text)
    }

    @Test func aPeerWithoutASectionGetsOne() {
        var changed = file("[peer attic]\nkey = y\n")
        changed.set("key", to: "x", of: "garage")
        #expect(text(changed) == "[peer attic]\nkey = y\n\n[peer garage]\nkey = x\n")
        var new = PeerFile(of: "garage")
        new.set("key", to: "x", of: "garage")
        #expect(text(new) == "# Written by intercomctl peer add.\n[peer garage]\nkey = x\n")
    }

    @Test mutating func aPeerGoesWithItsPolicyAndNoOther() {
        changed.remove("garage")
        #expect(!changed.has("garage") && changed.peers == ["attic"] && !changed.isEmpty)
        #expect(text(changed).hasSuffix("# The other one.\n[peer attic]\nkey = intercom1:y\n"))
        #expect(!text(changed).contains("drop-in") && !text(changed).contains("x-room"))
        changed.remove("attic")
        #expect(changed.isEmpty)
    }

    @Test mutating func aNewNameIsThatOfThePolicyToo() {
        changed.rename("garage", to: "barn")
        #expect(
            text(changed)
                == Self.text.replacing("[peer garage]", with: "[peer barn]")
                .replacing("[policy garage]", with: "[policy barn]"))
        #expect(changed.value(of: "suite", of: "barn") == "2")
    }
}
