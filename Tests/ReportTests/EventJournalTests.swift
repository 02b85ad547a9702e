import Foundation
import Testing

@testable import Report

@Suite struct EventJournalTests {
    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/intercomd.8")

    @Test func everyKindHasItsOwnIDAndTheManPageListsIt() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let lines = page.split(separator: "\n").map { String($0) }
        var seen: Set<String> = []
        for kind in Event.Kind.allCases where kind != .dropped {
            let id = kind.messageID.description
            #expect(id.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase })
            #expect(seen.insert(id).inserted)
            #expect(lines.contains("\(kind.rawValue)\t\(id)"), "\(kind.rawValue)\t\(id)")
        }
    }

    @Test(arguments: Event.Kind.allCases)
    func nothingInAnEventBeginsALineOrMovesACursor(kind: Event.Kind) {
        var event = Event(kind, at: 0)
        let bad = "a\nPRIORITY=0\u{1b}[2J\r\u{0}\u{202e}\u{85}"
        (event.peer, event.button, event.target, event.detail) = (bad, bad, bad, bad)
        event.seconds = .infinity
        for scalar in event.sentence.unicodeScalars {
            #expect(scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value))
            #expect(scalar.value != 0x202e)
        }
    }

    @Test(arguments: [
        "\u{0}", "\u{7}", "\n", "\r", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}", "\u{61c}",
        "\u{200e}", "\u{200f}", "\u{2028}", "\u{202e}", "\u{2066}", "\u{2069}",
    ])
    func whatMovesACursorOrTurnsTheTextIsAQuestionMark(scalar: String) {
        #expect("a\(scalar)b".visible == "a?b", "\(scalar.unicodeScalars.first!.value)")
    }

    @Test func ordinaryTextStaysAsItIs() {
        let text = "Küche, 厨房: “x” – ok"
        #expect(text.visible == text)
    }
}
