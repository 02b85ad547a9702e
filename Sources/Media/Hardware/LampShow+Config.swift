package import Config
package import Station

extension LampShow {
    package init(_ configured: Config.Lamp.Show) {
        self =
            switch configured {
            case .talking: .talking
            case .receiving: .receiving
            case .listening: .listening
            case .ringing: .ringing
            case .missed: .missed
            case .calling: .calling
            case .dnd: .doNotDisturb
            case .fault: .fault
            case .unpaired: .unpaired
            }
    }
}
