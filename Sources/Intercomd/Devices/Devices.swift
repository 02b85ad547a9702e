internal import Config
internal import HAL
internal import Media
internal import Realtime

/// The sound cards, their mixers and the lines of this machine, as the control thread has them.
struct Devices: ~Copyable {
    var cards: Cards
    var lines: Lines
    var speakerMixer = MixerWatch(.playback)
    var microphoneMixer = MixerWatch(.capture)
    /// The control of the speaker's card that lets nothing through; nil where none does.
    var silentSpeaker: CardControl?
    /// That of the microphone's card.
    var silentMicrophone: CardControl?
    /// The volumes that the media loop was given last.
    var toldVolumes = MediaVolumes()
    /// Why microphone and speaker did not run by one clock when both were open last.
    var clocksApart: String?
    /// Why the relays' lines could not be written down; nil when they are.
    var relayNoteProblem: String?
    /// Closing a card took long: what else the media loop handed back is left for the next turn.
    var owesReturns = false

    init(_ config: Config) {
        cards = Cards(config.audio)
        lines = Lines(config)
    }
}
