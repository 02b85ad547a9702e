package import Control
package import Station

extension Reply {
    /// What a caller is told that has waited for the end of what it began.
    package init(_ answer: LateAnswer, _ names: Names, _ board: Switchboard) {
        switch answer {
        case .talkOver(let name, let end):
            let why =
                switch end {
                case .timedOut: "max-talk is over"
                case .letGo: "the button was released"
                case .targetGone: "\(name) is no longer in the settings"
                }
            self = .done(Done("the talk to \(name) is over: \(why)"))
        case .pageOver(let name, let heard):
            let heard = names.roster.named(heard)
            var done = Done("page to \(name) ended")
            done.heard = heard
            done.outcome = heard.isHeard ? "heard" : "unheard"
            self = .done(done)
        case .pageReplaced(let former, let name):
            var done = Done("the page to \(former) is over: one to \(name) took its place")
            done.outcome = "replaced"
            self = .done(done)
        case .announced(let name, let heard):
            var announced = Announced(to: name, isOver: true, names, board)
            announced.heard = names.roster.named(heard)
            self = .announce(announced)
        }
    }
}
