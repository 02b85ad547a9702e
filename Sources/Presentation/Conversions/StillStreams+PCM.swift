package import HAL
package import Station

// Which way sound goes, as the switchboard and the cards call it.

extension StillStreams.Direction {
    package init(_ direction: PCMError.Direction) {
        self =
            switch direction {
            case .capture: .capture
            case .playback: .playback
            }
    }
}

extension PCMError.Direction {
    package init(_ direction: StillStreams.Direction) {
        self =
            switch direction {
            case .capture: .capture
            case .playback: .playback
            }
    }
}
