internal import Audio
internal import Control
internal import HAL
internal import Media
internal import Realtime

/// `intercomctl test speaker`.
extension ControlLoop {
    /// Plays what `intercomctl test speaker` wants to be heard, as loud as voices are.
    mutating func playTone() -> Reply {
        guard devices.cards.output.isOpen else {
            let reason = devices.cards.output.error?.description ?? "[audio] output = none"
            return refusal("there is no speaker: \(reason)")
        }
        rings.tell(.chime(.trial))
        return .done(Reply.Done("playing a tone"))
    }
}
