internal import CALSA

/// The mixer of a card, kept open to notice changes by other programs.
///
/// Opening it reads the whole configuration of alsa-lib; a later look costs only the kernel's
/// events since then. For an ordinary thread.
@safe public struct CardMixer: ~Copyable {
    private let mixer: OpaquePointer

    /// Nil where the device has no mixer.
    public init?(of device: PCMName, _ direction: PCMError.Direction) {
        guard let mixer = unsafe Self.open(of: device, direction) else { return nil }
        unsafe self.mixer = mixer
    }

    deinit { unsafe snd_mixer_close(mixer) }

    /// The controls of one direction as they are now; nil when the card is gone.
    public borrowing func controls(_ direction: PCMError.Direction) -> [CardControl]? {
        guard unsafe snd_mixer_handle_events(mixer) >= 0 else { return nil }
        var found: [CardControl] = []
        unsafe CardControl.eachElement(of: mixer) { element in
            if let control = unsafe CardControl(element, direction) { found.append(control) }
        }
        return found
    }

    static func open(of device: PCMName, _ direction: PCMError.Direction) -> OpaquePointer? {
        calsa_silence()
        let cards = PCMCard.all
        guard let device = device.resolved(among: cards, for: direction),
            let name = device.alsaName(of: device.card(among: cards))
        else { return nil }
        var opened: OpaquePointer?
        guard unsafe snd_mixer_open(&opened, 0) == 0, let mixer = unsafe opened else { return nil }
        guard unsafe snd_mixer_attach(mixer, name) == 0,
            unsafe snd_mixer_selem_register(mixer, nil, nil) == 0,
            unsafe snd_mixer_load(mixer) == 0
        else {
            unsafe snd_mixer_close(mixer)
            return nil
        }
        return unsafe mixer
    }
}
