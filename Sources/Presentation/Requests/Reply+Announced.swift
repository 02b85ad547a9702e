internal import Config
package import Control
package import Station
internal import Wire

extension Reply.Announced {
    /// What the caller is told who reads an announcement, of those who can hear it now.
    package init(to target: String, isOver: Bool, _ names: Names, _ board: Switchboard) {
        self.init()
        self.target = target
        self.isOver = isOver
        let (around, asked) = (
            board.surroundings, board.listeners(of: Int(TalkTarget.announcement))
        )
        listeners = names.roster.numbers
            .filter { asked.contains($0) && around.obstacle(to: $0, isVoice: false) == nil }
            .map { names.roster[$0].name }
    }
}
