import Foundation
import Testing

@testable import Report

/// No key is known to the program alone.
@Suite struct DocumentTests {
    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/intercomctl.1")

    /// Every key of a value and of what is in it.
    private func keys(of json: borrowing JSON) -> [String] {
        var found: [String] = []
        for key in json.keys ?? [] {
            found.append(key)
            if let inner = json.member(key) { found += keys(of: inner) }
        }
        for index in 0..<(json.count ?? 0) {
            if let element = json.element(index) { found += keys(of: element) }
        }
        return found
    }

    @Test func everyKeyIsInTheManPage() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let words = Set(page.split { !$0.isLetter && $0 != "_" }.map { String($0) })
        var status = Status()
        status.buttons = [Status.Button()]
        status.lamps = [Status.Lamp()]
        status.relays = [Status.Relay()]
        status.channels = [Status.Channel()]
        status.unheard = [Hindrance()]
        status.peers = [PeerStatus()]
        status.callers = [CallerStatus()]
        var all = keys(of: status.json) + keys(of: PeerList([PeerStatus()]).json)
        all += keys(of: Reply.PTT().json) + keys(of: Reply.PublicKeyText().json)
        var reload = Reply.Reload()
        reload.difference = [Reply.Reload.Line()]
        all += keys(of: reload.json) + keys(of: Event().json)
        var levels = Levels()
        levels.talkers = [Levels.Talker()]
        all += keys(of: PeerDetail().json) + keys(of: Reply.Done().json)
        all += keys(of: Reply.Announced().json) + keys(of: HeardBy().json)
        all += HeardBy.Reason.allCases.filter { $0 != .other }.map { $0.rawValue }
        all += keys(of: levels.json)
        var history = HistoryList()
        history.calls = [HistoryList.Call()]
        all += keys(of: history.json)
        var messages = MessageList()
        messages.messages = [MessageList.Message()]
        all += keys(of: messages.json)
        all += HistoryRecord.Cause.allCases.filter { $0 != .other }.map { $0.rawValue }
        all += Event.Kind.allCases.map { $0.rawValue }
        #expect(all.count > 80)
        for key in all { #expect(words.contains(key)) }
    }
}
