import Audio
import Foundation
import Report
import Testing
import Wire

@testable import Intercomd
@testable import Media
@testable import Station

/// What tells the person in the room, for each way to open something there: every cell of the table
/// of docs/security/consent.md is tried.
@Suite struct ConsentTableTests {
    /// The columns.
    enum Condition: String, CaseIterable {
        case ordinary = "as it should be"
        case muted = "speaker muted"
        case volumeZero = "volumes 0"
        case noLamp = "no lamp"
        case mutedNoLamp = "speaker muted, no lamp"
        case cardGone = "speaker gone"
        case cardGoneNoLamp = "speaker gone, no lamp"
        case cardMutedNoLamp = "card's mixer muted, no lamp"
        case resting = "do not disturb"

        var furniture: ConsentRoom.Furniture {
            var found = ConsentRoom.Furniture()
            switch self {
            case .ordinary: break
            case .muted, .mutedNoLamp: found.volumes.speaker = .muted
            case .volumeZero:
                (found.volumes.speaker, found.volumes.tones) = (.muted, .muted)
                (found.volumes.ring, found.volumes.page) = (.muted, .muted)
            case .noLamp: break
            case .cardGone, .cardGoneNoLamp: found.hasSpeaker = false
            case .cardMutedNoLamp: found.isCardMuted = true
            case .resting: found.isResting = true
            }
            switch self {
            case .noLamp, .mutedNoLamp, .cardGoneNoLamp, .cardMutedNoLamp: found.hasLamp = false
            default: break
            }
            return found
        }
    }

    /// What came of it, in the words of the table.
    private func cell(_ way: ConsentWay, _ condition: Condition) throws -> String {
        var room = try ConsentRoom(condition.furniture, way.policy)
        way.happen(in: &room)
        if room.wasRefused { return "refused" }
        if way.isUnasked {
            #expect(room.wasOpen == (room.callState == .active), "\(way), \(condition)")
            if room.callState == .ringing { return "rings" }
            #expect(!room.told.isEmpty, "\(way), \(condition): nothing tells that it is open")
        }
        if room.told.contains("beep") {
            #expect(room.beepsApart.count == 2, "\(way), \(condition)")
            for apart in room.beepsApart { #expect(abs(apart - 10) < 0.05, "\(way), \(condition)") }
        }
        return room.told.isEmpty ? "–" : room.told.joined(separator: ", ")
    }

    /// Whether the microphone was open in the ordinary case, and the journal's words for it.
    private func facts(_ way: ConsentWay) throws -> (opens: String, event: String) {
        var room = try ConsentRoom(Condition.ordinary.furniture, way.policy)
        way.happen(in: &room)
        var opens: [String] = []
        if room.wasOpen { opens.append("microphone") }
        if room.told.contains("voice") { opens.append("speaker") }
        if room.relays > 0 || way == .relay { opens.append("relay") }
        let isRelay = way == .relay || way == .relayOfPeer
        let told = room.events.first { $0 != .talk && $0 != .noListener } ?? room.events.first
        let event = isRelay ? "relay" : told?.rawValue
        return (opens.isEmpty ? "–" : opens.joined(separator: ", "), event.map { "`\($0)`" } ?? "–")
    }

    @Test func everyCellOfTheTableIsSo() throws {
        var lines: [String] = []
        for way in ConsentWay.allCases {
            let (opens, event) = try facts(way)
            let cells = try Condition.allCases.map { try cell(way, $0) }
            let line = ([way.rawValue, opens, event] + cells).joined(separator: " | ")
            lines.append("| \(line) |")
        }
        let columns = ["way", "opens here", "event"] + Condition.allCases.map { $0.rawValue }
        let head = "| " + columns.joined(separator: " | ") + " |"
        let page = try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n")
        let table = page.filter { $0.hasPrefix("| ") }.map { String($0) }
        for (line, expected) in zip(table, [head] + lines) where line != expected {
            Issue.record("the page says \(line)\n   and it is \(expected)")
        }
        #expect(table.count >= 1 + lines.count)
        if table.count < 1 + lines.count { print(([head] + lines).joined(separator: "\n")) }
    }

    /// The words for a relay are a person's to choose.
    @Test func everySettingThatThePageQuotesIsOne() throws {
        let sections = [
            "[policy]", "[audio]", "[sounds]", "[talk]", "[lamp red]\nline = GPIO6",
            "[button talk]\nline = GPIO7\ntalk = house", "[button voice]\ntalk = house",
        ]
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let quoted = Set(
            page.split(separator: "`").filter { $0.wholeMatch(of: Self.setting) != nil })
        #expect(quoted.isSuperset(of: ["call = auto", "relay = NAME", "show = talking"]))
        for setting in quoted {
            let words = setting.replacing("NAME", with: "gate").replacing("] ", with: "]\n")
            let isOne = sections.contains { section in
                let others = """
                    [station]
                    name = kitchen
                    [channel house]
                    members = *
                    [relay gate]
                    line = GPIO5

                    """
                return (try? config("\(others)\(section)\n\(words)\n")) != nil
            }
            #expect(isOne, "\(setting)")
        }
    }

    private static var setting: Regex<Substring> { /(?:\[[a-z]+\] )?[a-z-]+ = [A-Za-z0-9]+/ }

    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/security/consent.md")

    // MARK: While it is open

    private let mute = Condition.mutedNoLamp.furniture
    private let bare = Condition.noLamp.furniture

    @Test(arguments: [ConsentWay.automatic, .dropIn, .listenIn])
    func itEndsWhenTheRightIsTakenAway(_ way: ConsentWay) throws {
        var room = try ConsentRoom(bare, way.policy)
        way.happen(in: &room)
        #expect(room.isOpen)
        room.policy = Policy()
        #expect(!room.isOpen && room.callState == nil)
    }

    @Test(arguments: [ConsentWay.automatic, .dropIn, .listenIn])
    func itEndsWhenNothingTellsOfItAnyMore(_ way: ConsentWay) throws {
        // A speaker that comes back before the next beep ends nothing.
        var room = try ConsentRoom(mute, way.policy)
        way.happen(in: &room)
        room.furniture.hasSpeaker = false
        room.wait(9)
        #expect(room.isOpen)
        room.furniture.hasSpeaker = true
        room.wait(3)
        #expect(room.isOpen)
        room.furniture.hasSpeaker = false
        room.wait(11)
        #expect(!room.isOpen && room.callState == nil)

        room = try ConsentRoom(mute, way.policy)
        way.happen(in: &room)
        room.furniture.isCardMuted = true
        #expect(!room.isOpen, "no beep comes out of this card")

        room = try ConsentRoom(Condition.cardGone.furniture, way.policy)
        way.happen(in: &room)
        #expect(room.isOpen)
        room.furniture.hasLamp = false
        room.wait(11)
        #expect(!room.isOpen, "the lamp was all that told of it")
    }

    /// It is told of in the same way, and whoever wants quiet hangs up.
    @Test(arguments: [ConsentWay.automatic, .dropIn, .listenIn])
    func itGoesOnThroughDoNotDisturb(_ way: ConsentWay) throws {
        var room = try ConsentRoom(bare, way.policy)
        way.happen(in: &room)
        room.furniture.isResting = true
        #expect(room.isOpen)
        room.wait(10)
        #expect(room.beepsApart.count == 3)
    }

    /// A person who answers knows that the microphone is open.
    @Test func aCallThatWasAnsweredHereGoesOnWithoutABeep() throws {
        var room = try ConsentRoom(bare, Policy(call: .ring))
        ConsentWay.answered.happen(in: &room)
        room.policy = Policy(call: .auto)
        room.policy = Policy(call: .ring)
        room.furniture.hasSpeaker = false
        room.wait(15)
        #expect(room.isOpen && !room.told.contains("beep"))
    }
}
