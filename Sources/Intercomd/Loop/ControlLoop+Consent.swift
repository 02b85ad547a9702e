internal import Audio
internal import Config
internal import Control
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Presentation
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// What peers may do here.
extension ControlLoop {
    /// Tells the switchboard what peers may do and whether people want to be disturbed.
    mutating func consent() {
        var configured = [Policy](repeating: Policy(), count: PeerDirectory.capacity)
        for number in roster.numbers {
            configured[number] = Policy(config.policy(ofPeer: roster[number].name))
        }
        let signs = listenerSigns
        let availability: Availability = isDoNotDisturb ? .doNotDisturb : .open
        let isHalfDuplex = handsFree.isHalfDuplex
        feed { [configured, numbers = roster.numbers] board, table, now in
            for number in numbers {
                board.setMemberName(table.state(of: number)?.memberName, of: number)
            }
            let policies = board.policies(configured, signs, at: now)
            board.consent(to: policies, availability, isHalfDuplex: isHalfDuplex, at: now)
        }
    }

    /// What could tell people here that somebody listens.
    var listenerSigns: Consent.Signs {
        let output = devices.cards.output
        let isHeard = config.audio.volume != .mute && devices.silentSpeaker == nil
        return Consent.Signs(
            isSpeakerOpen: output.isOpen && switchboard.still[.playback] == nil,
            canBeep: output.isWanted && isHeard, hasTalkLamp: devices.lines.canShow(.talking))
    }
}
