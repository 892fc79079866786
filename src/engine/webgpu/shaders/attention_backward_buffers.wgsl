#read uniforms: u32
#read qkv: $PART
#read dy: $PART
#read logsumexp: f32
#read deltas: f32
#write dqkv: $PART
