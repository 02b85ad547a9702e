/// The peer that a replying talk key speaks to: the one heard last when the key went down.
package struct ReplyKey: Sendable {
    /// The peer that was heard last.
    private var lastHeard: Int?
    /// The peer that the key was pressed for: letting it go closes the microphone to that one.
    private var replyingTo: Int?

    /// A peer's voice began.
    mutating func heard(_ peer: Int) { lastHeard = peer }

    /// The peer that a press, or a release, is for; nil when none was heard yet.
    package func peer(isDown: Bool) -> Int? { isDown ? lastHeard : replyingTo ?? lastHeard }

    /// The key went down, or up.
    ///
    /// - Returns: The peer that a former press was for and this one is not.
    mutating func follow(isDown: Bool) -> Int? {
        let former = replyingTo
        replyingTo = isDown ? lastHeard : nil
        return isDown && former != lastHeard ? former : nil
    }
}
