internal import Control
internal import HAL
internal import Presentation
internal import Station
internal import Switchboard
internal import Wire

/// What is said to all of a channel at once, for a minute at most.
extension ControlLoop {
    /// A page lasts as long as the program that asked for it is there.
    mutating func beginPage(_ target: String, _ priority: Priority, for place: Int) {
        let reply = page(target, isDown: true, priority)
        server.reply(reply, to: place)
        guard case .done = reply else { return }
        let caller = server.keep(place)
        feed { board, _, _ in board.keepPage(for: caller) }
    }

    /// Opens the microphone for a page of a minute at most, or closes it.
    mutating func page(_ name: String, isDown: Bool, _ priority: Priority = .normal) -> Reply {
        // Its target may be gone since.
        if !isDown, switchboard.pager.name == name {
            feed { board, _, _ in board.endPage() }
            return .done(Reply.Done("page to \(name) ended"))
        }
        guard let target = routing.target(named: name) else { return unknownTarget(name) }
        guard isDown else { return refusal("no page to \(name) is under way") }
        guard devices.cards.input.isOpen else {
            let reason = devices.cards.input.error?.description ?? "input = none"
            return refusal("there is no microphone: \(reason)")
        }
        feed { board, _, now in board.page(target, named: name, priority, at: now) }
        let names = namesThere(of: target.listeners).joined(separator: ", ")
        return .done(
            Reply.Done("paging \(name): \(names.isEmpty ? "nobody hears it now" : names)"))
    }
}
