#read step: u32
#read qkv: $PART
#read dy: $PART
#read sums: f32
#read deltas: f32
#write dqkv: $PART
